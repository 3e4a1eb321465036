import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers reads of few rows on the connection's own thread, where the way through tasks costs several times what the read does.
///
/// It hands on whatever it is not sure about, unchanged: requests with a body, requests behind one that is not answered yet,
/// everything while the client does not take what it is sent, and whatever `answer` leaves alone.
final class DirectAnswers: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let answer: @Sendable (HTTPRequest) -> Answer?
    /// A request that may be answered here, until it is complete.
    private var head: HTTPRequest?
    /// Requests that were handed on and are not answered yet.
    private var openRequests = 0
    /// Answers of ours that the client has not been sent wholly.
    private var unsentAnswers = 0
    /// News upon which the connection may be closed, and which waits until they are.
    private var heldEvents: [Any] = []

    /// `answer` must not wait for anything; nil leaves the request to the usual way.
    init(answer: @escaping @Sendable (HTTPRequest) -> Answer?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if openRequests == 0, context.channel.isWritable, head.mayBeAnsweredAtOnce {
                self.head = head
            } else {
                openRequests += 1
                context.fireChannelRead(data)
            }
        case .body:
            handOn(context)
            context.fireChannelRead(data)
        case .end(let trailers):
            if let head, trailers == nil, let answer = answer(head), let bytes = answer.bytes {
                self.head = nil
                send(answer, bytes, to: head, context)
            } else {
                handOn(context)
                context.fireChannelRead(data)
            }
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { openRequests -= 1 }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Whoever closes the connection at the end of the server, or when its client says no more, knows only of the requests that
        // were handed on.
        if unsentAnswers > 0, Self.mayEnd(event) {
            heldEvents.append(event)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func handOn(_ context: ChannelHandlerContext) {
        guard let head else { return }
        self.head = nil
        openRequests += 1
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private func send(_ answer: Answer, _ bytes: [UInt8], to request: HTTPRequest, _ context: ChannelHandlerContext) {
        unsentAnswers += 1
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.noteSent(context) }
        let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .head, !bytes.isEmpty {
            context.write(wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: bytes))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }

    private func noteSent(_ context: ChannelHandlerContext) {
        unsentAnswers -= 1
        guard unsentAnswers == 0 else { return }
        let events = heldEvents
        heldEvents = []
        for event in events { context.fireUserInboundEventTriggered(event) }
    }

    private static func mayEnd(_ event: Any) -> Bool {
        if case ChannelEvent.inputClosed = event { return true }
        return event is ChannelShouldQuiesceEvent
    }
}

extension Answer {
    /// The content, when it is there as a whole.
    fileprivate var bytes: [UInt8]? {
        switch body {
        case .empty: []
        case .bytes(let bytes): bytes
        case .stream: nil
        }
    }
}

extension HTTPRequest {
    /// Whether this is a read without a body by a client that wants nothing particular of the connection.
    fileprivate var mayBeAnsweredAtOnce: Bool {
        guard method == .get || method == .head else { return false }
        for field in headerFields {
            switch field.name {
            case .contentLength, .transferEncoding, .expect, .upgrade: return false
            case .connection where field.value.lowercased() != "keep-alive": return false
            default: continue
            }
        }
        return true
    }
}
