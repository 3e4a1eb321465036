import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Speaks to a server as a program would, with the credentials it was given.
struct TestClient: Sendable {
    var port: Int
    var headers: [(String, String)] = []

    /// The same client with one more header on every request.
    func adding(_ name: String, _ value: String) -> TestClient {
        var copy = self
        copy.headers.append((name, value))
        return copy
    }

    /// The same client, signed in.
    func bearing(_ token: String) -> TestClient { adding("Authorization", "Bearer \(token)") }

    /// Sends a request and reads all of the answer.
    func send(
        _ method: String,
        _ path: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> TestAnswer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in self.headers + headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response: HTTPClientResponse
        do {
            response = try await HTTPClient.patient.execute(request, timeout: .seconds(600))
        } catch ChannelError.ioOnClosedChannel {
            // A kept connection that the server closed just then; nothing of the request was sent.
            response = try await HTTPClient.patient.execute(request, timeout: .seconds(600))
        }
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return TestAnswer(status: Int(response.status.code), headers: response.headers, body: Array(bytes.readableBytesView))
    }

    /// Sends a request without a body.
    func get(_ path: String, _ headers: [(String, String)] = []) async throws -> TestAnswer {
        try await send("GET", path, headers: headers)
    }

    /// Sends JSON text.
    func send(_ method: String, _ path: String, json: String, _ headers: [(String, String)] = []) async throws -> TestAnswer {
        try await send(method, path, headers: headers + [("Content-Type", "application/json")], body: Array(json.utf8))
    }

    /// Sends a form.
    func send(form: TestForm, to path: String, _ headers: [(String, String)] = []) async throws -> TestAnswer {
        try await send("POST", path, headers: headers + [("Content-Type", form.contentType)], body: form.bytes)
    }

    /// Opens an event stream and hands its lines to `body` as they come.
    func events<Value: Sendable>(
        _ path: String,
        _ headers: [(String, String)] = [],
        _ body: (inout EventReader) async throws -> Value
    ) async throws -> Value {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        for (name, value) in self.headers + headers { request.headers.add(name: name, value: value) }
        let response = try await HTTPClient.patient.execute(request, timeout: .seconds(600))
        var reader = EventReader(status: Int(response.status.code), headers: response.headers, body: response.body)
        return try await body(&reader)
    }
}

extension HTTPClient {
    /// Follows no redirects and undoes no encodings: tests look at what the server says. It lets go of idle connections long before
    /// any server here does, so that no request meets a connection that is just being closed.
    static let patient: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(120)
        configuration.connectionPool.idleTimeout = .seconds(1)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}

/// An answer, read to its end.
struct TestAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as a JSON object; empty when it is none.
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }

    /// A text of the JSON object, by keys joined with dots.
    subscript(path: String) -> String? { value(path) as? String }

    /// A value of the JSON object, by keys joined with dots.
    func value(_ path: String) -> Any? {
        path.split(separator: ".").reduce(Optional<Any>(json)) { ($0 as? [String: Any])?[String($1)] }
    }

    /// The items of a list.
    var items: [[String: Any]] { json["items"] as? [[String: Any]] ?? [] }

    /// `status CODE field`, for short expectations.
    var failure: String {
        [String(status), self["error.code"], self["error.field"]].compactMap(\.self).joined(separator: " ")
    }
}

/// Reads server-sent events.
struct EventReader {
    let status: Int
    let headers: HTTPHeaders
    private var iterator: HTTPClientResponse.Body.AsyncIterator
    private var text = ""

    init(status: Int, headers: HTTPHeaders, body: HTTPClientResponse.Body) {
        self.status = status
        self.headers = headers
        iterator = body.makeAsyncIterator()
    }

    /// The next block up to an empty line, comments included; nil at the end of the stream.
    mutating func next() async throws -> String? {
        while true {
            if let end = text.firstRange(of: "\n\n") {
                let block = String(text[..<end.lowerBound])
                text = String(text[end.upperBound...])
                return block
            }
            guard let piece = try await iterator.next() else { return nil }
            text += String(buffer: piece)
        }
    }

    /// The next block that is an event of this name.
    mutating func next(named name: String) async throws -> String? {
        while let block = try await next() {
            if block.contains("event: \(name)\n") { return block }
        }
        return nil
    }
}
