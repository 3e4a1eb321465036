import Synchronization

/// The answers that go on until somebody ends them: event streams and long polls. They end at shutdown, before the server waits
/// for its connections, and when the credential behind them is no longer good.
final class StreamRegistry: Sendable {
    /// What a stream is told.
    enum Signal: Sendable {
        /// Ask again whether the credential is good.
        case recheck
        /// Stop.
        case end
    }

    private struct State {
        var isClosed = false
        var nextID = 0
        var listeners: [Int: AsyncStream<Signal>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// How many streams are open.
    var count: Int { state.withLock { $0.listeners.count } }

    /// Whether the server stops.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// What a stream listens to while it is open. Ends when the stream is to end; call ``remove(_:)`` when it has.
    func add() -> (id: Int, signals: AsyncStream<Signal>) {
        let (signals, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(4))
        let id = state.withLock { state in
            state.nextID += 1
            if !state.isClosed { state.listeners[state.nextID] = continuation }
            return (state.nextID, state.isClosed)
        }
        if id.1 { continuation.finish() }
        return (id.0, signals)
    }

    /// Forgets a stream. Called when it has ended, and when its client went away: it ends then.
    func remove(_ id: Int) {
        state.withLock { $0.listeners.removeValue(forKey: id) }?.finish()
    }

    /// Has every stream check its credential: somebody signed out, changed a password or revoked a key.
    func recheckAll() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(.recheck) }
    }

    /// Ends every stream, and every one that is opened later.
    func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
