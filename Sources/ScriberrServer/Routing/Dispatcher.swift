import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ScriberrCore
import ScriberrServices

/// Leads each request to its route and its answer back to the connection.
///
/// In this order: name the request, find the route, check the credentials, ask for the body, run the route. Every failure on
/// the way becomes the one error envelope.
struct Dispatcher: Sendable {
    let server: ServerParts
    let routes: RouteTable<Route>
    let origins: CORSPolicy
    let logger: Logger

    /// Answers one request. Throws only when the connection is of no more use.
    func respond(to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        var exchange = Exchange(request: request, channel: channel, server: server, logger: logger)
        var answer: Answer
        do {
            let destination = try await destination(of: request, &exchange)
            if exchange.expectsContinue(upTo: UploadForm.requestBytesMax(server.services.library)) {
                try await askForBody(writer)
            }
            answer = try await run(destination, exchange)
        } catch let lost as ConnectionLost {
            exchange.logLost()
            throw lost.cause ?? lost
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let failure = error as? ScriberrError ?? .unexpected(error)
            exchange.failure = failure
            answer =
                Route.speaksOpenAI(request.uri.path)
                ? .openAIFailure(failure, requestID: exchange.requestID) : .failure(failure, requestID: exchange.requestID)
            if case .methodNotAllowed(let methods) = routes.match(request.method, path: request.uri.path) {
                answer.headers[.allow] = methods.map(\.rawValue).joined(separator: ", ")
            }
        }
        decorate(&answer, for: request.head, requestID: exchange.requestID)
        // Nothing is streamed, so the connection is as good as before.
        if request.method == .head, case .stream = answer.body { answer.closesConnection = false }
        if !exchange.intake.isWorthReading { answer.closesConnection = true }
        if answer.closesConnection, answer.headers[.connection] == nil { answer.headers[.connection] = "close" }
        exchange.log(answer)
        try await send(answer, for: request, exchange, writer)
    }

    private func askForBody(_ writer: borrowing ResponseWriter) async throws {
        do {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        } catch {
            // Only a connection that is gone takes no bytes: no fault of the server's.
            throw ConnectionLost(cause: error)
        }
    }

    private enum Destination {
        case preflight
        case redirect(String)
        case page(Answer)
        case route(Route, parameters: [String: String], Authenticator.Proof?)
    }

    private func destination(of request: Request, _ exchange: inout Exchange) async throws -> Destination {
        if request.method == .options { return .preflight }
        let path = request.uri.path
        switch routes.match(request.method, path: path) {
        case .unknown:
            if let location = pathWithoutSlash(request) { return .redirect(location) }
            let page = WebPage(folder: server.options.webFolder, mediaOrigin: server.options.mediaOrigin)
            if let answer = page.answer(request.method, path: path) { return .page(answer) }
            throw ScriberrError.nothingHere
        case .methodNotAllowed:
            throw ScriberrError(.methodNotAllowed, "This path does not answer \(request.method.rawValue).")
        case .found(let route, let parameters):
            exchange.path = route.pattern.text
            return .route(route, parameters: parameters, try await proof(for: route, request, &exchange))
        }
    }

    private func proof(for route: Route, _ request: Request, _ exchange: inout Exchange) async throws -> Authenticator.Proof? {
        let proof: Authenticator.Proof
        switch route.endpoint {
        case .open: return nil
        case .session: proof = try await server.authenticator.authenticate(request, sessionOnly: true)
        case .scoped(let scope, _):
            if route.takesSignedAddress, let signed = try await server.authenticator.signedProof(request) {
                proof = signed
            } else {
                proof = try await server.authenticator.authenticate(request, sessionOnly: false)
            }
            try proof.principal.require(scope)
        case .guest(let scope, _):
            proof = try await server.authenticator.authenticateGuest(request, address: exchange.address)
            try proof.principal.require(scope)
        }
        exchange.principal = proof.principal
        return proof
    }

    private func run(_ destination: Destination, _ exchange: Exchange) async throws -> Answer {
        switch destination {
        case .preflight:
            guard exchange.request.uri.path.hasPrefix("/api/v1/uploads") else { return .nothing }
            let limit = server.services.uploads.limitBytes
            return Answer(status: .noContent, headers: Tus.capabilities(limitBytes: limit))
        case .page(let answer): return answer
        case .redirect(let location):
            let isRead = exchange.request.method == .get || exchange.request.method == .head
            return Answer(status: isRead ? .movedPermanently : .temporaryRedirect, headers: [.location: location])
        case .route(let route, let parameters, let proof):
            let call = Call(
                request: exchange.request,
                requestID: exchange.requestID,
                parameters: parameters,
                address: exchange.address,
                logger: exchange.logger,
                intake: exchange.intake,
                proof: proof,
                server: server
            )
            switch route.endpoint {
            case .open(let handle): return try await handle(call)
            case .session(let handle), .scoped(_, let handle), .guest(_, let handle):
                guard let principal = proof?.principal else { preconditionFailure("A protected route runs without a principal.") }
                guard route.idempotency == .byBody else { return try await handle(call, principal) }
                return try await call.onceByBody(principal) { try await handle($0, principal) }
            }
        }
    }

    /// Where a path leads without the slash at its end, when there is a route.
    private func pathWithoutSlash(_ request: Request) -> String? {
        let path = request.uri.path
        guard path.count > 1, path.hasSuffix("/") else { return nil }
        let shorter = String(path.dropLast())
        if case .unknown = routes.match(request.method, path: shorter) { return nil }
        return shorter + (request.uri.query.map { "?" + $0 } ?? "")
    }
}

extension Dispatcher {
    /// Adds to an answer what the connection and the client's wishes ask for.
    func decorate(_ answer: inout Answer, for request: HTTPRequest, requestID: String) {
        let headers = request.headerFields
        answer.headers.addSafety(requestID: requestID)
        origins.decorate(&answer.headers, origin: headers[.origin], isPreflight: request.method == .options)
        answer.tagContent(for: request)
        answer.compress(for: headers)
        switch answer.body {
        case .empty where answer.status == .noContent || answer.status == .notModified: break
        case .empty: answer.headers[.contentLength] = answer.headers[.contentLength] ?? "0"
        case .bytes(let bytes): answer.headers[.contentLength] = String(bytes.count)
        case .stream(let length?, _): answer.headers[.contentLength] = String(length)
        // Without a length a HEAD answer would be taken for the start of a chunked one.
        case .stream(nil, _): if request.method == .head { answer.headers[.contentLength] = "0" }
        }
    }

    private func send(
        _ answer: Answer,
        for request: Request,
        _ exchange: Exchange,
        _ writer: consuming ResponseWriter
    ) async throws {
        let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        switch answer.body {
        case _ where request.method == .head: try await writer.writeResponse(head)
        case .empty: try await writer.writeResponse(head)
        case .bytes(let bytes): try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .stream(_, let stream):
            let body = try await writer.writeHead(head)
            do {
                try await stream(AnswerSink(body, exchange.channel))
            } catch let error as ScriberrError {
                // The head is out: all that is left is to break the connection and to say why.
                exchange.logBroken(error)
                throw error
            }
            try await body.finish(nil)
        }
        if answer.closesConnection { exchange.closeSoon(server.options.lingerTimeout) }
    }
}
