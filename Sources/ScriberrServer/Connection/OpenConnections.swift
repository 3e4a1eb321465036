import NIOCore
import Synchronization

/// The connections that are open. A server that stops gives those a while that still send or take something, then gives them up:
/// an upload without end must not hold up all that stops behind the server.
final class OpenConnections: Sendable {
    private struct Entry {
        let channel: any Channel
        var hasLeft = false
    }

    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])
    private let givenUp = Atomic(false)

    /// Whether no more of a request's body is read.
    var areGivenUp: Bool { givenUp.load(ordering: .relaxed) }

    /// Has requests that still send their bodies be refused, as soon as more of them comes.
    func giveUp() { givenUp.store(true, ordering: .relaxed) }

    /// Closes what is left, in the middle of whatever it does.
    func closeAll() {
        for entry in entries.withLock({ Array($0.values) }) { entry.channel.close(promise: nil) }
    }

    /// Whether the client of a connection has closed it, or its half of it.
    func hasLeft(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        return entries.withLock { $0[id]?.hasLeft ?? true }
    }

    fileprivate func noteLeft(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        entries.withLock { $0[id]?.hasLeft = true }
    }

    fileprivate func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        entries.withLock { $0[id] = Entry(channel: channel) }
        channel.closeFuture.whenComplete { [self] _ in entries.withLock { _ = $0.removeValue(forKey: id) } }
    }
}

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
