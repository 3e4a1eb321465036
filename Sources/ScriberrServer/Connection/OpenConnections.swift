import NIOCore
import Synchronization

/// The connections that are open. A server that stops gives those a while that still send or take something, then gives them up:
/// an upload without end must not hold up all that stops behind the server.
final class OpenConnections: Sendable {
    private struct Entry {
        let channel: any Channel
        var hasLeft = false
        /// Told once when the client leaves.
        var listener: (@Sendable () -> Void)?
    }

    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])
    private let givenUp = Atomic(false)

    /// Whether no more of a request's body is read.
    var areGivenUp: Bool { givenUp.load(ordering: .relaxed) }

    /// Has requests that still send their bodies be refused.
    func giveUp() {
        givenUp.store(true, ordering: .relaxed)
        for entry in entries.withLock({ Array($0.values) }) { entry.channel.pipeline.fireUserInboundEventTriggered(GivenUp()) }
    }

    /// Closes what is left, in the middle of whatever it does.
    func closeAll() {
        for entry in entries.withLock({ Array($0.values) }) { entry.channel.close(promise: nil) }
    }

    /// Whether the client of a connection has closed it, or its half of it.
    func hasLeft(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        return entries.withLock { $0[id]?.hasLeft ?? true }
    }

    /// Runs `work`, and `action` when the client leaves meanwhile or has left before. For the one request that the connection serves.
    func withLeaveHandler<Value>(
        _ channel: any Channel,
        _ action: @escaping @Sendable () -> Void,
        _ work: () async throws -> Value
    ) async rethrows -> Value {
        let id = ObjectIdentifier(channel)
        let isThere = entries.withLock { entries in
            guard entries[id]?.hasLeft == false else { return false }
            entries[id]?.listener = action
            return true
        }
        defer { entries.withLock { $0[id]?.listener = nil } }
        if !isThere { action() }
        return try await work()
    }

    fileprivate func noteLeft(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let listener = entries.withLock { entries in
            entries[id]?.hasLeft = true
            defer { entries[id]?.listener = nil }
            return entries[id]?.listener
        }
        listener?()
    }

    fileprivate func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        entries.withLock { $0[id] = Entry(channel: channel) }
        channel.closeFuture.whenComplete { [self] _ in entries.withLock { $0.removeValue(forKey: id) }?.listener?() }
    }
}

/// Says to a connection's handlers that nobody reads more of a body.
struct GivenUp: Sendable {}

/// Notes its connection as open, and when its client says no more.
final class ConnectionNote: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let connections: OpenConnections

    init(_ connections: OpenConnections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) { connections.add(context.channel) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { connections.noteLeft(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }
}
