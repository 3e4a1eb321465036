import Synchronization

/// The events that wait for the run loop, which takes all of them at once: what they lead to can travel together.
///
/// Every event but a wake-up answers an action, of which the machine has a bounded number; wake-ups are merged.
final class QueueInbox: Sendable {
    private struct State {
        var events: [QueueEvent] = []
        var reader: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Puts an event in; after ``finish()`` it is dropped.
    func yield(_ event: QueueEvent) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isClosed else { return nil }
            state.events.append(event)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// All events since the last call, in order, and at least one. One task reads; it does not stop waiting when it is canceled.
    func next() async -> [QueueEvent] {
        while true {
            let events = state.withLock { state in
                defer { state.events = [] }
                return state.events
            }
            if !events.isEmpty { return events }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.events.isEmpty { state.reader = continuation }
                    return !state.events.isEmpty
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Nobody reads any more.
    func finish() {
        state.withLock { ($0.isClosed, $0.events) = (true, []) }
    }
}
