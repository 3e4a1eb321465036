import ScriberrCore
import Synchronization

/// A port number that some wait for and one sets.
final class BoundPort: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Int, any Error>])
        case known(Int)
        case ended
    }

    private let state = Mutex(State.waiting([]))

    /// The port, once it is known. Throws `SERVICE_UNAVAILABLE` when it will never be.
    var value: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Int, any Error>? = state.withLock { state in
                    switch state {
                    case .known(let port): return .success(port)
                    case .ended: return .failure(Self.neverBound)
                    case .waiting(let others):
                        state = .waiting(others + [continuation])
                        return nil
                    }
                }
                if let answer { continuation.resume(with: answer) }
            }
        }
    }

    func set(_ port: Int) {
        for continuation in leaveWaiting(for: .known(port)) { continuation.resume(returning: port) }
    }

    func fail() {
        for continuation in leaveWaiting(for: .ended) { continuation.resume(throwing: Self.neverBound) }
    }

    private func leaveWaiting(for next: State) -> [CheckedContinuation<Int, any Error>] {
        state.withLock { state in
            guard case .waiting(let continuations) = state else { return [] }
            state = next
            return continuations
        }
    }

    private static let neverBound = ScriberrError(.serviceUnavailable, "The server ended before it listened.")
}
