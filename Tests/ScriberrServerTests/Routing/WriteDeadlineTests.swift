import NIOCore
import NIOEmbedded
import Testing

@testable import ScriberrServer

/// How long a peer may take nothing.
@Suite struct WriteDeadlines {
    private let deadline = WriteDeadline(limit: .milliseconds(200))

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: deadline)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        // The channel of these tests always takes more.
        #expect(channel.isWritable)
        return channel
    }

    @Test func `a write that is waited for has its time, also when too little of it is left to fill a buffer`() throws {
        let channel = try channel()
        deadline.watch {}
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(150))
        deadline.end()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(500))
        #expect(channel.isActive)
        deadline.watch {}
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(199))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }

    @Test func `who takes a part of it in that time gets as long again`() throws {
        let channel = try channel()
        deadline.watch { channel.write(ByteBuffer(repeating: 1, count: 100), promise: nil) }
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(150))
        channel.flush()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(249))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }
}
