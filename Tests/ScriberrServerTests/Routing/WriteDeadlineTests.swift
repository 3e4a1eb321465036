import NIOCore
import NIOEmbedded
import Testing

@testable import ScriberrServer

/// How long a peer may take nothing.
@Suite struct WriteDeadlines {
    @Test func `a write that is waited for has its time, also when too little of it is left to fill a buffer`() throws {
        let deadline = WriteDeadline(limit: .milliseconds(200))
        let channel = EmbeddedChannel(handler: deadline)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        // The channel of this test always takes more.
        #expect(channel.isWritable)
        deadline.begin()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(150))
        deadline.end()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(500))
        #expect(channel.isActive)
        deadline.begin()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(199))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
    }
}
