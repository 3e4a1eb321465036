import Synchronization

/// Who calls the database in kinds that share transactions, whatever the kind: callers who were answered together come again together,
/// but perhaps with another question.
final class PostgresCrowd: Sendable {
    private struct State {
        /// Calls that wait for their answer.
        var present = 0
        /// Of those, how many are in a transaction.
        var inFlight = 0
        /// How many were present at once lately.
        var lately = 1
    }

    private let state = Mutex(State())

    /// Above this, two transactions at once do more than one: what a statement costs whatever it holds has become little.
    private static let oneRoundMax = 16

    func enter() {
        state.withLock { state in
            state.present += 1
            state.lately = max(state.lately, state.present)
        }
    }

    func leave() { state.withLock { $0.present -= 1 } }

    /// So many calls went into a transaction.
    func fly(_ count: Int) { state.withLock { $0.inFlight += count } }

    /// They are out of it.
    func land(_ count: Int) { state.withLock { $0.inFlight -= count } }

    /// Somebody looked out for more callers than came.
    func missed() { state.withLock { $0.lately = max(1, $0.present, ($0.lately + $0.present) / 2) } }

    /// How many calls one transaction takes at most.
    var share: Int { state.withLock { $0.lately > Self.oneRoundMax ? ($0.lately + 1) / 2 : Self.oneRoundMax } }

    /// How many may come, when `lately` shared the last transaction of the kind.
    func expected(lately: Int) -> Int { state.withLock { max(min(lately, $0.lately), $0.lately - $0.inFlight) } }
}
