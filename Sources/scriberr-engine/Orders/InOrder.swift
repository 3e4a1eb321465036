import Synchronization

/// Hands on what comes in any order in the order of its number, at once when its turn has come.
final class InOrder<Value: Sendable>: Sendable {
    private struct State {
        var next: Int
        var waiting: [Int: Value] = [:]
    }

    private let state: Mutex<State>
    private let onNext: @Sendable (Value) -> Void

    /// Starts with the number `first`. `onNext` is called by one thread at a time.
    init(first: Int, onNext: @escaping @Sendable (Value) -> Void) {
        state = Mutex(State(next: first))
        self.onNext = onNext
    }

    func deliver(_ value: Value, number: Int) {
        state.withLock { state in
            state.waiting[number] = value
            while let value = state.waiting.removeValue(forKey: state.next) {
                state.next += 1
                // Under the lock on purpose: it is what keeps two threads from overtaking each other.
                onNext(value)
            }
        }
    }
}
