import Foundation

/// Threads for calls that block for seconds. Swift's own threads are few and must stay free.
final class NativeThreads: Sendable {
    private let queue: OperationQueue

    init(count: Int) {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = count
    }

    /// Runs `body` on one of the threads, first come, first served. Does not begin when the task is canceled by then.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let task = withUnsafeCurrentTask { $0?.isCancelled ?? false }
        if task { throw CancellationError() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: body)) }
        }
    }
}
