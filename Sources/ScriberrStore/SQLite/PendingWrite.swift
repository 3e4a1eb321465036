/// Tells the caller of a write what came of it.
typealias Settlement = @Sendable () -> Void

/// A write that waits for its turn, without the type of its answer.
struct PendingWrite: Sendable {
    /// Runs the body; what it answers is to be called once the write is durable. May be called again after its effects were
    /// undone.
    let run: @Sendable (SQLiteConnection) throws -> Settlement
    /// Reads whether there is anything to write; answers nil when there is. Nil itself for a write that always writes.
    let look: (@Sendable (SQLiteConnection) throws -> Settlement?)?
    /// Tells the caller that it failed.
    let fail: @Sendable (any Error) -> Void

    init<Value: Sendable>(
        _ continuation: CheckedContinuation<Value, any Error>,
        unless look: (@Sendable (any SQLConnection) throws -> Value?)?,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) {
        run = { connection in
            let value = try body(connection)
            return { continuation.resume(returning: value) }
        }
        if let look {
            self.look = { connection in
                guard let value = try look(connection) else { return nil }
                return { continuation.resume(returning: value) }
            }
        } else {
            self.look = nil
        }
        fail = { continuation.resume(throwing: $0) }
    }
}
