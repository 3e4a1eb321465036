import AsyncHTTPClient

/// Runs `body`, calling `onBeat` every `interval` meanwhile: whoever waits learns that it is not forgotten.
///
/// What `onBeat` throws ends `body` and is thrown on. After `limit` throws a request's own error for that, whatever part of it was late.
func beating<Value: Sendable>(
    every interval: Duration,
    for limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value,
    onBeat: () async throws -> Void
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        while true {
            let pause = min(interval, deadline - .now)
            guard pause > .zero else { throw RemoteFailure.error(HTTPClientError.deadlineExceeded) }
            group.addTask {
                try await ContinuousClock().sleep(for: pause)
                return nil
            }
            if let value = try await group.next() ?? nil { return value }
            try await onBeat()
        }
    }
}
