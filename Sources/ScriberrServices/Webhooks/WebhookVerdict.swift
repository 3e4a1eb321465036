import ScriberrCore

/// What a reply means for a delivery.
struct WebhookVerdict: Sendable {
    let isDelivered: Bool
    /// Whether no other attempt is to follow.
    var isFinal = false
    /// Whether the receiver wants nothing any more.
    var isGone = false
    var retryAfter: Duration?
    /// Why it does not count as delivered.
    var error: String?

    init(_ reply: WebhookReply) {
        switch reply {
        case .answered(200..<300, _, _): isDelivered = true
        case .answered(410, _, _):
            isDelivered = false
            (isFinal, isGone, error) = (true, true, "answered 410: gone")
        case .answered(300..<400, _, _):
            isDelivered = false
            error = "answered with a redirect, which is not followed"
        case .answered(let status, let wait, _):
            isDelivered = false
            (retryAfter, error) = (wait, "answered \(status)")
        case .failed(let reason):
            isDelivered = false
            error = reason
        }
    }
}
