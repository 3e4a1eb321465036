import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ScriberrCore
import ScriberrServices

/// One request and its answer, as the connection and the log see them.
struct Exchange {
    let request: Request
    let requestID: String
    /// Of the client, as far as it is known: behind a proxy that is not trusted it is the proxy's.
    let address: String
    let intake: BodyIntake
    /// The route's pattern, once known. Paths hold identifiers and are not logged.
    var path = "unknown"
    var principal: Principal?
    var failure: ScriberrError?
    private(set) var logger: Logger
    let channel: any Channel
    private let start = ContinuousClock.now

    init(request: Request, channel: any Channel, server: ServerParts, logger: Logger) {
        self.request = request
        self.channel = channel
        requestID = makeRequestID(from: request.headers[.requestID])
        address = server.options.trustedProxies.client(
            of: channel.remoteAddress?.ipAddress ?? "local",
            request.headers
        )
        intake = BodyIntake(request, server.connections, channel)
        self.logger = logger
        self.logger[metadataKey: "request_id"] = "\(requestID)"
    }

    /// Whether the client waits to be asked for a body of at most `limit` bytes. A larger one is refused unasked.
    func expectsContinue(upTo limit: Int64) -> Bool {
        request.headers[.expect]?.lowercased() == "100-continue" && !intake.isDrained && intake.declaredBytes ?? 0 <= limit
    }

    /// Says that nothing more will come, so that the client asks nobody here any more, but reads on for a moment: a reset would
    /// take the answer away from a client that still sends.
    func closeSoon(_ limit: Duration) {
        let channel = channel
        channel.close(mode: .output, promise: nil)
        channel.eventLoop.scheduleTask(in: limit.timeAmount) { channel.close(promise: nil) }
    }

    /// One line for each request: 4xx as warning with the address it came from, 5xx as error with the private detail, the rest for debugging.
    func log(_ answer: Answer) {
        switch answer.status.kind {
        case .serverError:
            logger.error(
                "api request failed",
                metadata: metadata(answer).merging(["error": "\(failure?.description ?? "")"]) { $1 }
            )
        case .clientError:
            logger.warning(
                "api request rejected",
                metadata: metadata(answer).merging(["code": "\(failure?.code.rawValue ?? "")", "client": "\(address)"]) { $1 }
            )
        default:
            if logger.logLevel <= .debug { logger.debug("api request", metadata: metadata(answer)) }
        }
    }

    /// The client went away before its request was complete.
    func logLost() {
        logger.debug("api request lost", metadata: ["method": "\(request.method.rawValue)", "path": "\(path)"])
    }

    /// The content of an answer could not be sent to its end.
    func logBroken(_ error: ScriberrError) {
        logger.error("api answer broken off", metadata: ["path": "\(path)", "error": "\(error)"])
    }

    private func metadata(_ answer: Answer) -> Logger.Metadata {
        requestMetadata(method: request.method, path: path, answer, since: start, principal)
    }
}

/// What the log says of every request that was answered.
func requestMetadata(
    method: HTTPRequest.Method,
    path: String,
    _ answer: Answer,
    since start: ContinuousClock.Instant,
    _ principal: Principal?
) -> Logger.Metadata {
    [
        "method": "\(method.rawValue)",
        "path": "\(path)",
        "status": .stringConvertible(answer.status.code),
        "duration_ms": .stringConvertible((ContinuousClock.now - start).wholeMilliseconds),
        "auth_type": "\(principal?.credential.logName ?? "none")",
    ]
}

extension Principal.Credential {
    fileprivate var logName: String {
        switch self {
        case .session: "jwt"
        case .apiKey: "api_key"
        case .signedAddress: "signed_url"
        case .localGuest: "local"
        }
    }
}
