/// Keeps the tests that run at once from using up the server's sessions.
public actor PostgresSeats {
    /// The seats of this process.
    public static let shared = PostgresSeats()
    private var free = 12
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// Runs `body` once there is a seat.
    public nonisolated func with<Value>(_ body: () async throws -> Value) async throws -> Value {
        await take()
        do {
            let value = try await body()
            await giveBack()
            return value
        } catch {
            await giveBack()
            throw error
        }
    }

    /// Waits for a seat.
    public func take() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiters.append($0) } }
    }

    /// Gives a seat back.
    public func giveBack() async {
        if waiters.isEmpty { free += 1 } else { waiters.removeFirst().resume() }
    }
}
