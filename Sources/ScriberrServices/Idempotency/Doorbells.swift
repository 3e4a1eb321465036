import Synchronization

/// Lets tasks wait for something with a name, for a bounded time.
final class Doorbells: Sendable {
    private struct State {
        var nextNumber = 0
        var listeners: [String: [Int: Ear]] = [:]
    }

    private let state = Mutex(State())

    /// Listens from now on, until the bell is let go.
    func listen(_ name: String) -> Bell {
        let ear = Ear()
        let number = state.withLock { state in
            state.nextNumber += 1
            state.listeners[name, default: [:]][state.nextNumber] = ear
            return state.nextNumber
        }
        return Bell(ear) { [weak self] in self?.forget(name, number) }
    }

    /// Wakes everyone who listens for `name`.
    func ring(_ name: String) {
        for listener in state.withLock({ Array(($0.listeners[name] ?? [:]).values) }) { listener.ring() }
    }

    private func forget(_ name: String, _ number: Int) {
        state.withLock { state in
            state.listeners[name]?[number] = nil
            if state.listeners[name]?.isEmpty == true { state.listeners[name] = nil }
        }
    }

    /// One listener. May wait as often as it likes.
    final class Bell: Sendable {
        private let ear: Ear
        private let onEnd: @Sendable () -> Void

        fileprivate init(_ ear: Ear, onEnd: @escaping @Sendable () -> Void) {
            self.ear = ear
            self.onEnd = onEnd
        }

        deinit { onEnd() }

        /// Returns when the bell rang since it was last waited for, the time is over or the task is canceled.
        func wait(atMost limit: Duration) async { await ear.wait(atMost: limit) }
    }

    /// What hears a ring, also one that comes while nobody waits.
    fileprivate final class Ear: Sendable {
        private struct State {
            var hasRung = false
            var waiter: AsyncStream<Void>.Continuation?
        }

        private let state = Mutex(State())

        func ring() {
            let waiter = state.withLock { state in
                state.hasRung = true
                return state.waiter
            }
            waiter?.finish()
        }

        func wait(atMost limit: Duration) async {
            // A stream for this wait only: one whose reader was canceled has ended for good.
            let (rings, waiter) = AsyncStream.makeStream(of: Void.self)
            let hasRung = state.withLock { state in
                if !state.hasRung { state.waiter = waiter }
                return state.hasRung
            }
            if !hasRung {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { for await _ in rings {} }
                    // A canceled sleep ends early, which is all that is wanted of it.
                    group.addTask { try? await Task.sleep(for: limit) }
                    await group.next()
                    group.cancelAll()
                }
            }
            // Whoever waited looks around now; only later rings are news.
            state.withLock { $0 = State() }
        }
    }
}
