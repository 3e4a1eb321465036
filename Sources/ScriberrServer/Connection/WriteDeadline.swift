import NIOCore

/// Closes a connection whose peer takes nothing: once the buffers are full, some of them must empty within `limit`.
///
/// Without it a client that stops reading holds its handler, and all that the handler holds, for ever.
final class WriteDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let limit: TimeAmount
    private var deadline: Scheduled<Void>?
    private var channel: (any Channel)?

    init(limit: Duration) { self.limit = limit.timeAmount }

    func handlerAdded(context: ChannelHandlerContext) { channel = context.channel }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        startAnew()
        context.fireChannelWritabilityChanged()
    }

    /// Counts from now on: something was taken. Called on the event loop.
    func startAnew() {
        deadline?.cancel()
        deadline = nil
        guard let channel, !channel.isWritable else { return }
        deadline = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        deadline?.cancel()
        (deadline, channel) = (nil, nil)
    }
}
