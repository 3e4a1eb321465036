import NIOCore
import Synchronization

/// The connections that are open. A server that stops gives those a while that still send or take something, then gives them up:
/// an upload without end must not hold up all that stops behind the server.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let givenUp = Atomic(false)

    /// Whether no more of a request's body is read.
    var areGivenUp: Bool { givenUp.load(ordering: .relaxed) }

    /// Has requests that still send their bodies be refused, as soon as more of them comes.
    func giveUp() { givenUp.store(true, ordering: .relaxed) }

    /// Closes what is left, in the middle of whatever it does.
    func closeAll() {
        for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }

    fileprivate func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { [self] _ in channels.withLock { _ = $0.removeValue(forKey: id) } }
    }
}

/// Notes its connection as open.
final class ConnectionNote: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let connections: OpenConnections

    init(_ connections: OpenConnections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) { connections.add(context.channel) }
}
