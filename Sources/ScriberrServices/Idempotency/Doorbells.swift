import Synchronization

/// Lets tasks wait for something with a name, for a bounded time.
final class Doorbells: Sendable {
    private struct State {
        var nextNumber = 0
        var listeners: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    /// Listens from now on, until the bell is let go.
    func listen(_ name: String) -> Bell {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextNumber += 1
            state.listeners[name, default: [:]][state.nextNumber] = continuation
            return state.nextNumber
        }
        return Bell(stream: stream) { [weak self] in self?.forget(name, number) }
    }

    /// Wakes everyone who listens for `name`.
    func ring(_ name: String) {
        for listener in state.withLock({ Array(($0.listeners[name] ?? [:]).values) }) { listener.yield() }
    }

    private func forget(_ name: String, _ number: Int) {
        state.withLock { state in
            state.listeners[name]?[number] = nil
            if state.listeners[name]?.isEmpty == true { state.listeners[name] = nil }
        }
    }

    /// One listener.
    final class Bell: Sendable {
        private let stream: AsyncStream<Void>
        private let onEnd: @Sendable () -> Void

        init(stream: AsyncStream<Void>, onEnd: @escaping @Sendable () -> Void) {
            self.stream = stream
            self.onEnd = onEnd
        }

        deinit { onEnd() }

        /// Returns when the bell rang, the time is over or the task is canceled.
        func wait(atMost limit: Duration) async {
            let stream = stream
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in stream { return } }
                // A canceled sleep ends early, which is all that is wanted of it.
                group.addTask { try? await Task.sleep(for: limit) }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
