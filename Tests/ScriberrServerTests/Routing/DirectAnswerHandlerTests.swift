import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import ScriberrServer

/// What the handler does when a client takes its time.
@Suite struct DirectAnswerHandler {
    @Test(arguments: [true, false])
    func `what may close the connection waits until an answer is sent`(_ isQuiescing: Bool) throws {
        let (slow, news) = (SlowClient(), News())
        let channel = EmbeddedChannel(handlers: [slow, DirectAnswers { _ in Answer.object { _ in } }, news])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try ask(channel)
        fire(isQuiescing, channel)
        #expect(news.count == 0)
        slow.takeAll()
        #expect(news.count == 1 && news.requests == 0)
        fire(isQuiescing, channel)
        #expect(news.count == 2)
        #expect(try channel.finish().isClean == false)
    }

    @Test func `a request that waits for the usual way has those behind it go the same`() throws {
        let news = News()
        let handler = DirectAnswers { $0.path == "/quick" ? Answer.object { _ in } : nil }
        let channel = EmbeddedChannel(handlers: [handler, news])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try ask(channel, "/quick")
        #expect(news.requests == 0)
        try ask(channel, "/slow")
        try ask(channel, "/quick")
        #expect(news.requests == 2)
        for _ in 0..<2 {
            try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
        }
        try ask(channel, "/quick")
        #expect(news.requests == 2)
        _ = try channel.finish()
    }

    private func ask(_ channel: EmbeddedChannel, _ path: String = "/quick") throws {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "x", path: path)
        try channel.writeInbound(HTTPRequestPart.head(head))
        try channel.writeInbound(HTTPRequestPart.end(nil))
    }

    private func fire(_ isQuiescing: Bool, _ channel: EmbeddedChannel) {
        if isQuiescing {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        } else {
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }
}

/// Takes nothing of what is sent until it is told to.
private final class SlowClient: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart
    private var waiting: [() -> Void] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        waiting.append { context.write(data, promise: promise) }
    }

    func flush(context: ChannelHandlerContext) { waiting.append { context.flush() } }

    func takeAll() {
        for step in waiting { step() }
        waiting = []
    }
}

/// Counts what comes through.
private final class News: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    private(set) var count = 0
    private(set) var requests = 0

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { count += 1 }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { requests += 1 }
    }
}
