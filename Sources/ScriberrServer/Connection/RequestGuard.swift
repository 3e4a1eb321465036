import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import ScriberrCore

/// Answers what never becomes a request: bytes that are no HTTP, headers beyond the limits, and bodies that do not come in time.
///
/// It stands between the decoder and the framework, which would close the connection without a word or with an empty 400, and
/// which takes a chunked body that was cut off for a complete one.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    private let linger: TimeAmount
    private let logger: Logger
    private var progress: BodyProgress
    /// Requests whose answer is not complete.
    private var openRequests = 0
    private var isAnswerBegun = false
    private var hasRefused = false
    /// Whether the client was told that the connection ends behind an answer; what it says now is of no interest.
    private var isClosing = false
    /// Whether the server waits for bytes; while it does not, the client is not to blame.
    private var isReading = false
    private var idleSince = NIODeadline.now()
    private var timer: Scheduled<Void>?

    /// Closes after `patience` without headers or without more of a body; `linger` is how long a refused client may go on sending.
    init(patience: Duration, linger: Duration, logger: Logger) {
        self.patience = patience.timeAmount
        self.linger = linger.timeAmount
        self.logger = logger
        progress = BodyProgress(patience: patience.timeAmount)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        // Behind the codec nobody knows any more which version was spoken.
        if let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) {
            do { try pipeline.addHandler(HeadCheck(), position: .before(codec)) } catch { context.fireErrorCaught(error) }
        }
        if context.channel.isActive { watch(context, in: patience) }
    }

    func channelActive(context: ChannelHandlerContext) {
        if timer == nil { watch(context, in: patience) }
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        tellIfCut(context)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            if hasRefused { return context.close(promise: nil) }
            tellIfCut(context)
        }
        if event is GivenUp, openRequests == 1, progress.isExpected, !isAnswerBegun, !hasRefused { refuse(context, .stopping) }
        context.fireUserInboundEventTriggered(event)
    }

    func read(context: ChannelHandlerContext) {
        isReading = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Nobody else reads what a refused client still sends.
        if hasRefused { return context.read() }
        isReading = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasRefused { return }
        switch unwrapInboundIn(data) {
        case .head:
            openRequests += 1
            progress.begin()
        case .body(let bytes): progress.received(bytes.readableBytes)
        case .end: progress.end()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if hasRefused { return promise?.fail(ChannelError.alreadyClosed) ?? () }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            isAnswerBegun = head.status.kind != .informational
            if isAnswerBegun, head.headerFields[.connection] == "close" { isClosing = true }
        case .body: break
        case .end:
            isAnswerBegun = false
            openRequests -= 1
            idleSince = .now()
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        // A full close at once would reset the connection of a client that still sends, and take the answer from it.
        if hasRefused, mode == .all { return promise?.succeed() ?? () }
        context.close(mode: mode, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if hasRefused { return }
        let isAboutConnection = error is IOError || error is ChannelError || isClosing
        let canAnswer = openRequests == 0 || openRequests == 1 && progress.isExpected && !isAnswerBegun
        guard !isAboutConnection, canAnswer else { return context.fireErrorCaught(error) }
        refuse(context, .misunderstood(error))
    }
}

extension RequestGuard {
    private func watch(_ context: ChannelHandlerContext, in time: TimeAmount) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.look(context) }
    }

    private func stop() {
        timer?.cancel()
        timer = nil
    }

    /// Closes a connection that waits for its client for too long, or looks again when it may have.
    private func look(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        guard openRequests <= 1, openRequests == 0 || progress.isExpected else { return watch(context, in: patience) }
        if openRequests == 1, !isReading { progress.excuse() }
        let deadline = openRequests == 0 ? idleSince + patience : progress.deadline
        if now < deadline { return watch(context, in: deadline - now) }
        if openRequests == 0 || isAnswerBegun { return context.close(promise: nil) }
        refuse(context, ScriberrError(.requestTimeout, "The request did not come to its end in time."))
    }

    /// Lets whoever reads the body know that the rest of it will not come.
    private func tellIfCut(_ context: ChannelHandlerContext) {
        guard progress.isExpected, !hasRefused else { return }
        progress.end()
        context.fireErrorCaught(BodyCutOff())
    }

    /// Answers in the place of a route and ends the connection. Whoever reads the body hears of it.
    private func refuse(_ context: ChannelHandlerContext, _ failure: ScriberrError) {
        hasRefused = true
        stop()
        let requestID = makeRequestID(from: nil)
        logger.warning(
            "api request rejected",
            metadata: [
                "request_id": "\(requestID)", "path": "unknown", "status": .stringConvertible(failure.code.status.code),
                "error": "\(failure)",
            ]
        )
        var answer = Answer.failure(failure, requestID: requestID)
        answer.headers.addSafety(requestID: requestID)
        answer.headers[.connection] = "close"
        guard case .bytes(let bytes) = answer.body else { return }
        answer.headers[.contentLength] = String(bytes.count)
        context.write(wrapOutboundOut(.head(HTTPResponse(status: answer.status, headerFields: answer.headers))), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireErrorCaught(BodyCutOff())
        context.close(mode: .output, promise: nil)
        context.read()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: linger) { context.close(promise: nil) }
    }
}

/// How the body of a request comes along.
private struct BodyProgress {
    /// Whether there is more to come.
    private(set) var isExpected = false
    private let patience: TimeAmount
    private var start = NIODeadline.now()
    private var latest = NIODeadline.now()
    private var bytes: Int64 = 0
    /// What a client must manage on the average. Far below any line that people upload over, far above a byte now and then.
    private static let bytesPerSecondMin: Int64 = 512

    init(patience: TimeAmount) { self.patience = patience }

    mutating func begin() {
        isExpected = true
        excuse()
    }

    mutating func received(_ count: Int) {
        latest = .now()
        bytes += Int64(count)
    }

    mutating func end() { isExpected = false }

    /// Starts to count anew.
    mutating func excuse() {
        (start, latest, bytes) = (.now(), .now(), 0)
    }

    /// Until when more must have come.
    var deadline: NIODeadline {
        min(latest + patience, start + patience + .milliseconds(bytes * 1_000 / Self.bytesPerSecondMin))
    }
}

/// The rest of a request's body will not come.
private struct BodyCutOff: Error {}

extension ScriberrError {
    /// What bytes that are no request are answered with.
    fileprivate static func misunderstood(_ error: any Error) -> ScriberrError {
        if let refusal = error as? ScriberrError { return refusal }
        let detail = String(describing: error)
        return switch error as? HTTPParserError {
        case .headerOverflow:
            ScriberrError(.headersTooLarge, "The request's address or headers are larger than allowed.", detail: detail)
        case .invalidMethod: ScriberrError(.notImplemented, "The request's method is not known here.", detail: detail)
        default: ScriberrError(.invalidRequest, "The request is not HTTP as it is spoken here.", detail: detail)
        }
    }
}
