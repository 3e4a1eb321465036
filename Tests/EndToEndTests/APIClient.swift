import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client as a user would write one.
struct APIClient: Sendable {
    let base: URL
    var token: String?

    /// An answer with its body read.
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: Data

        /// The body as a JSON object.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:] }
        /// The body as text.
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Registers the first account and answers a client that is signed in.
    static func registered(at base: URL) async throws -> APIClient {
        var client = APIClient(base: base)
        let form = ["username": "anna", "password": "correct horse", "confirm_password": "correct horse"]
        let answer = try await client.send("POST", "auth/register", json: form)
        client.token = answer.json["access_token"] as? String
        return client
    }

    /// Signs in with the account that ``registered(at:)`` makes.
    static func signedIn(at base: URL) async throws -> APIClient {
        var client = APIClient(base: base)
        let answer = try await client.send("POST", "auth/login", json: ["username": "anna", "password": "correct horse"])
        client.token = answer.json["access_token"] as? String
        return client
    }

    /// Sends a request below `/api/v1`.
    func send(
        _ method: String,
        _ path: String,
        json: [String: any Sendable]? = nil,
        body: Data? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = request(method, path, headers: headers)
        if let json {
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            request.body = .bytes(try JSONSerialization.data(withJSONObject: json))
        } else if let body {
            request.body = .bytes(body)
        }
        let response = try await HTTPClient.patient.execute(request, timeout: .seconds(600))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        var fields: [String: String] = [:]
        for header in response.headers { fields[header.name.lowercased()] = header.value }
        return Answer(status: Int(response.status.code), headers: fields, body: Data(bytes.readableBytesView))
    }

    /// Uploads a file in a multipart form.
    func upload(_ path: String, to route: String, fields: [String: String] = [:], headers: [String: String] = [:]) async throws
        -> Answer
    {
        let boundary = "----scriberr\(UUID().uuidString)"
        var body = Data()
        for (name, value) in fields {
            body.append(Data("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8))
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\nContent-Type: application/octet-stream"
        body.append(Data("--\(boundary)\r\n\(head)\r\n\r\n".utf8))
        body.append(try Data(contentsOf: URL(fileURLWithPath: path)))
        body.append(Data("\r\n--\(boundary)--\r\n".utf8))
        var fields = headers
        fields["Content-Type"] = "multipart/form-data; boundary=\(boundary)"
        return try await send("POST", route, body: body, headers: fields)
    }

    /// Follows a stream of events until `isLast` says so, and answers the events up to then.
    func events(_ path: String, headers: [String: String] = [:], until isLast: (ServerEvent) -> Bool) async throws
        -> [ServerEvent]
    {
        let response = try await HTTPClient.patient.execute(request("GET", path, headers: headers), timeout: .seconds(1_800))
        guard response.status.code == 200 else { throw UnexpectedStatus(status: Int(response.status.code)) }
        var events: [ServerEvent] = []
        var pending = ""
        for try await buffer in response.body {
            pending += String(buffer: buffer)
            while let end = pending.range(of: "\n\n") {
                let frame = String(pending[..<end.lowerBound])
                pending = String(pending[end.upperBound...])
                guard let event = ServerEvent(frame: frame) else { continue }
                events.append(event)
                if isLast(event) { return events }
            }
        }
        return events
    }

    /// Follows a job from its first event, however long ago that was, until it has ended.
    func untilEnd(of job: String) async throws -> [ServerEvent] { try await events(of: job) { $0.isTerminal } }

    /// Follows a job from its first event, however long ago that was, until `isLast` says so.
    func events(of job: String, until isLast: (ServerEvent) -> Bool) async throws -> [ServerEvent] {
        try await events("transcriptions/\(job)/events", headers: ["Last-Event-ID": "0"], until: isLast)
    }

    private func request(_ method: String, _ path: String, headers: [String: String]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base.absoluteString.trimmingSuffix("/") + "/api/v1/" + path)
        request.method = .init(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        return request
    }
}

extension HTTPClient {
    /// Lets go of idle connections long before the server does, so that no request meets one that is just being closed.
    fileprivate static let patient: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        // Also how long a request looks for a node that was killed.
        configuration.timeout.connect = .seconds(30)
        configuration.connectionPool.idleTimeout = .seconds(5)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}

/// One event of a stream.
struct ServerEvent: Sendable {
    let id: String?
    let type: String
    let data: String

    /// Reads the lines of one event; nil for a comment.
    init?(frame: String) {
        var fields: [String: String] = [:]
        for line in frame.split(separator: "\n") where !line.hasPrefix(":") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        guard let type = fields["event"], let data = fields["data"] else { return nil }
        self.type = type
        self.data = data
        id = fields["id"]
    }

    /// The data as a JSON object.
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any]) ?? [:] }
    /// Whether the job of the event has ended.
    var isTerminal: Bool { ["transcription.completed", "transcription.failed", "transcription.canceled"].contains(type) }
}

/// An answer of another status than a stream can have.
struct UnexpectedStatus: Error {
    let status: Int
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
