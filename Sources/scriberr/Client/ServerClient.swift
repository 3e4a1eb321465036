import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ScriberrCore

/// Speaks to a Scriberr server. Failures of the server come as the ``ScriberrError``s that it sent; `REMOTE_FAILED` means that
/// it could not be reached.
struct ServerClient: Sendable {
    let login: Login
    private let bearer: String?
    private static let answerBytesMax = 256 << 20

    init(_ login: Login, bearer: String? = nil) {
        self.login = login
        self.bearer = bearer
    }

    /// What is done to a path.
    enum Verb: String {
        case GET, POST, PATCH, DELETE
    }

    /// An answer, read to its end.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: Data

        /// The first value of a header field.
        func header(_ name: String) -> String? { headers.first(name: name) }

        /// The body as JSON. Throws `REMOTE_FAILED` when it is not what a server of this kind says.
        func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            do {
                return try ServerClient.decoder().decode(Value.self, from: body)
            } catch {
                throw ScriberrError(
                    .remoteFailed,
                    "The server answered something unexpected. Is it Scriberr?",
                    detail: "\(error)"
                )
            }
        }
    }

    private static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    /// Sends a request below `/api/v1/` and reads the answer. Throws what the server refuses it for.
    func send(
        _ verb: Verb,
        _ path: String,
        json: (any Encodable)? = nil,
        headers: [(String, String)] = [],
        bytes: Data? = nil,
        timeoutSeconds: Int64 = 120
    ) async throws -> Answer {
        var request = request(verb, path, headers)
        if let json {
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(json)))
        } else if let bytes {
            request.body = .bytes(ByteBuffer(bytes: bytes))
        }
        do {
            let response = try await Self.http.execute(request, timeout: .seconds(timeoutSeconds))
            let bytes = try await response.body.collect(upTo: Self.answerBytesMax)
            let answer = Answer(
                status: Int(response.status.code),
                headers: response.headers,
                body: Data(bytes.readableBytesView)
            )
            guard (200..<300).contains(answer.status) else { throw Self.refusal(answer) }
            return answer
        } catch let error as ScriberrError {
            throw error
        } catch {
            throw unreachable(error)
        }
    }

    /// Opens a stream of events and hands each to `body`, until `body` answers false or the stream ends.
    func events(_ path: String, after: String?, _ body: (ServerEvent) async throws -> Bool) async throws {
        let request = request(.GET, path, after.map { [("Last-Event-ID", $0)] } ?? [])
        do {
            let response = try await Self.http.execute(request, timeout: .hours(24))
            guard response.status.code == 200 else {
                let bytes = try await response.body.collect(upTo: 1 << 20)
                throw Self.refusal(
                    Answer(status: Int(response.status.code), headers: response.headers, body: Data(bytes.readableBytesView))
                )
            }
            var pending: [UInt8] = []
            for try await piece in response.body {
                pending += piece.readableBytesView
                while let end = pending.firstRange(of: [10, 10]) {
                    let frame = String(decoding: pending[..<end.lowerBound], as: UTF8.self)
                    pending.removeSubrange(..<end.upperBound)
                    if let event = ServerEvent(frame: frame), try await !body(event) { return }
                }
            }
        } catch let error as ScriberrError {
            throw error
        } catch {
            throw unreachable(error)
        }
    }

    private func request(_ verb: Verb, _ path: String, _ headers: [(String, String)]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : "\(login.server)/api/v1/\(path)")
        request.method = HTTPMethod(rawValue: verb.rawValue)
        request.headers.add(name: "User-Agent", value: "scriberr/\(Version.current)")
        if let bearer {
            request.headers.add(name: "Authorization", value: "Bearer \(bearer)")
        } else if let key = login.key {
            request.headers.add(name: "X-API-Key", value: key)
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        return request
    }

    private func unreachable(_ error: any Error) -> any Error {
        if error is CancellationError { return error }
        return ScriberrError(
            .remoteFailed,
            "The server at \(login.server) cannot be reached, or the connection broke off.",
            detail: "\(error)"
        )
    }

    private static func refusal(_ answer: Answer) -> ScriberrError {
        struct Envelope: Decodable {
            struct Failure: Decodable {
                var code: String
                var message: String
                var field: String?
            }
            var error: Failure
        }
        guard let failure = try? decoder().decode(Envelope.self, from: answer.body).error else {
            let code: ScriberrError.Code = answer.status == 404 ? .notFound : .remoteFailed
            return ScriberrError(code, "The server answered \(answer.status).")
        }
        return ScriberrError(ScriberrError.Code(rawValue: failure.code), failure.message, field: failure.field)
    }

    /// Follows no redirects: credentials go to the server that was named.
    private static let http = HTTPClient(
        eventLoopGroup: HTTPClient.defaultEventLoopGroup,
        configuration: {
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
            configuration.timeout.connect = .seconds(10)
            configuration.httpVersion = .http1Only
            return configuration
        }()
    )

    /// Closes the connections. To be called once, at the end of the program.
    static func close() async {
        // Nothing is lost when it fails: the program ends.
        try? await http.shutdown()
    }
}

/// One event of a stream.
struct ServerEvent: Sendable {
    let id: String?
    let name: String
    let data: String

    /// Reads one block; nil for a comment.
    init?(frame: String) {
        var fields: [Substring: String] = [:]
        for line in frame.split(separator: "\n") where !line.hasPrefix(":") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
        }
        guard let name = fields["event"], let data = fields["data"] else { return nil }
        (self.name, self.data, id) = (name, data, fields["id"])
    }
}
