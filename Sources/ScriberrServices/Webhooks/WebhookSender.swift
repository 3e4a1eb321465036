import ScriberrCore

/// Sends one request to a receiver. Never throws: whatever happens is an answer or a reason.
package protocol WebhookSender: Sendable {
    func send(_ request: WebhookRequest) async -> WebhookReply
    /// Throws `VALIDATION_ERROR` with field `url` for an address that nothing is ever sent to.
    func check(url: String) throws
}

/// What is sent.
package struct WebhookRequest: Sendable {
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: String
    /// For all of it: the name, the connection, the answer.
    package var timeout: Duration

    package init(url: String, headers: [(name: String, value: String)], body: String, timeout: Duration) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What came back.
package enum WebhookReply: Sendable {
    /// An answer: its status, the wait it asks for, and its beginning.
    case answered(status: Int, retryAfter: Duration?, beginning: String)
    /// None, and why, in our words.
    case failed(String)
}
