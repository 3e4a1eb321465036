import NIOCore

/// Gives a connection room for large reads when its client sends much at once: an upload takes a fraction of the system calls.
final class ReceiveRoom: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    /// Less than what the C library maps anew each time (`Memory.giveBackEarly`).
    private static let bytesMax = 128 << 10
    /// So many rooms are kept and used again while earlier ones are still read from. What fits into the memory of one processor is
    /// still there when its bytes are looked at; more rooms cost more than the calls they save.
    private static let rooms: UInt = 2

    func handlerAdded(context: ChannelHandlerContext) {
        let room = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2_048, maximum: Self.bytesMax)
        // A channel that knows no such options reads as it did.
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: room)
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: Self.rooms)
    }
}
