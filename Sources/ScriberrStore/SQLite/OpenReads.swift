import Synchronization

/// Knows since when reads run, so that one that never ends can be named.
final class OpenReads: Sendable {
    private struct State {
        var next = 0
        var starts: [Int: ContinuousClock.Instant] = [:]
    }

    private let state = Mutex(State())

    func start() -> Int {
        state.withLock { state in
            state.next += 1
            state.starts[state.next] = .now
            return state.next
        }
    }

    func end(_ number: Int) {
        _ = state.withLock { $0.starts.removeValue(forKey: number) }
    }

    /// How long the oldest read of this process has been running; nil when none runs.
    @Sendable func oldestAge() -> Duration? {
        state.withLock { $0.starts.values.min() }.map { .now - $0 }
    }
}
