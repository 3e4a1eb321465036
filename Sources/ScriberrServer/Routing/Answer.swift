import HTTPTypes

/// What a route answers, before the connection's concerns (request id, CORS, encoding, HEAD) are added.
struct Answer: Sendable {
    /// The status line.
    var status: HTTPResponse.Status
    /// The header fields; `Content-Length` is added by the dispatcher.
    var headers: HTTPFields
    /// The content.
    var body: Body
    /// Whether the connection must not be used for another request.
    var closesConnection = false

    init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The content of an answer.
    enum Body: Sendable {
        /// None.
        case empty
        /// All of it, at once.
        case bytes([UInt8])
        /// `length` bytes, or as many as come, written piece by piece with the reader's speed.
        case stream(length: Int64?, @Sendable (AnswerSink) async throws -> Void)
    }

    /// A JSON answer.
    static func json(status: HTTPResponse.Status = .ok, _ write: (inout JSONWriter) -> Void) -> Answer {
        var json = JSONWriter()
        write(&json)
        return .json(status: status, bytes: json.bytes)
    }

    /// A JSON answer that is one object.
    static func object(status: HTTPResponse.Status = .ok, _ write: (inout JSONWriter) -> Void) -> Answer {
        .json(status: status) { $0.object(write) }
    }

    /// A JSON answer that was encoded elsewhere.
    static func json(status: HTTPResponse.Status = .ok, bytes: [UInt8]) -> Answer {
        Answer(status: status, headers: [.contentType: "application/json; charset=utf-8"], body: .bytes(bytes))
    }

    /// An answer without content.
    static let nothing = Answer(status: .noContent)
}
