/// Tells the caller of a write what came of it.
public typealias Settlement = @Sendable () -> Void

/// A write that waits for its turn, without the type of its answer.
public struct PendingWrite: Sendable {
    /// Runs the body; what it answers is to be called once the write is durable. May be called again after its effects were
    /// undone.
    let run: @Sendable (any SQLConnection) throws -> Settlement
    /// Reads whether there is anything to write; answers nil when there is. Nil itself for a write that always writes.
    let look: (@Sendable (any SQLConnection) throws -> Settlement?)?
    /// Tells the caller that it failed.
    let fail: @Sendable (any Error) -> Void
    /// Whether it came together with the one before it, of the same caller.
    var isCompanion = false

    /// A write that tells `answer` what came of it, once, on any thread.
    package init<Value: Sendable>(
        unless look: (@Sendable (any SQLConnection) throws -> Value?)? = nil,
        answer: @Sendable @escaping (Result<Value, any Error>) -> Void,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) {
        run = { connection in
            let value = try body(connection)
            return { answer(.success(value)) }
        }
        if let look {
            self.look = { connection in
                guard let value = try look(connection) else { return nil }
                return { answer(.success(value)) }
            }
        } else {
            self.look = nil
        }
        fail = { answer(.failure($0)) }
    }

    /// Makes the write by itself.
    func make(on database: some Database) async {
        do {
            let settle: Settlement
            if let look { settle = try await database.write(unless: look, run) } else { settle = try await database.write(run) }
            settle()
        } catch {
            fail(error)
        }
    }
}
