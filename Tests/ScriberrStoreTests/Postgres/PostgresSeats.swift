/// Keeps the tests that run at once from using up the server's sessions.
actor PostgresSeats {
    static let shared = PostgresSeats()
    private var free = 12
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiters.append($0) } }
    }

    func giveBack() {
        if waiters.isEmpty { free += 1 } else { waiters.removeFirst().resume() }
    }
}
