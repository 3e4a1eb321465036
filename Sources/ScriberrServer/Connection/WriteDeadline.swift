import NIOCore

/// Closes a connection whose peer takes nothing: once the buffers are full, some of them must empty within `limit`. The same holds
/// for a write that somebody waits for, of which less may be left than fills a buffer.
///
/// Without it a client that stops reading holds its handler, and all that the handler holds, for ever.
final class WriteDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let limit: TimeAmount
    private var deadline: Scheduled<Void>?
    private var channel: (any Channel)?
    private var isAwaited = false

    init(limit: Duration) { self.limit = limit.timeAmount }

    func handlerAdded(context: ChannelHandlerContext) { channel = context.channel }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        startAnew()
        context.fireChannelWritabilityChanged()
    }

    /// Writes something whose end somebody waits for, and who calls ``end()`` then. Called on the event loop.
    func watch(_ write: () -> Void) {
        isAwaited = true
        write()
        startAnew()
    }

    /// What was waited for was taken.
    func end() {
        isAwaited = false
        startAnew()
    }

    private func startAnew() {
        deadline?.cancel()
        deadline = nil
        guard let channel, isAwaited || !channel.isWritable else { return }
        let waiting = Self.waitingBytes(channel)
        deadline = channel.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            // A slow peer takes less than a buffer in this time.
            if Self.waitingBytes(channel) < waiting { self.startAnew() } else { channel.close(promise: nil) }
        }
    }

    private static func waitingBytes(_ channel: any Channel) -> Int {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
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
