import Crypto
import Foundation
import ScriberrCore
import ScriberrServices
import Synchronization

/// A receiver that answers as it was told, and remembers what came. The last answer of a list is given for ever.
final class ScriptedReceiver: WebhookSender {
    private struct State {
        var answers: [String: [WebhookReply]] = [:]
        var requests: [WebhookRequest] = []
        var held: Set<String> = []
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var requests: [WebhookRequest] { state.withLock { $0.requests } }

    func requests(to url: String) -> [WebhookRequest] { requests.filter { $0.url == url } }

    /// Answers at this address from now on.
    func answer(_ url: String, _ answers: WebhookReply...) { state.withLock { $0.answers[url] = answers } }

    /// Takes what comes at this address, but does not answer before ``release()``.
    func hold(_ url: String) { state.withLock { _ = $0.held.insert(url) } }

    func release() {
        let waiting = state.withLock { state in
            defer { (state.held, state.waiting) = ([], []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func check(url: String) throws {
        guard url.hasPrefix("http") else { throw ScriberrError(.validation, "That is no web address.", field: "url") }
    }

    func send(_ request: WebhookRequest) async -> WebhookReply {
        state.withLock { $0.requests.append(request) }
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                guard state.held.contains(request.url) else { return false }
                state.waiting.append(continuation)
                return true
            }
            if !isHeld { continuation.resume() }
        }
        return state.withLock { state in
            let left = state.answers[request.url] ?? []
            if left.count > 1 { state.answers[request.url] = Array(left.dropFirst()) }
            return left.first ?? .answered(status: 200, retryAfter: nil, beginning: "ok")
        }
    }
}

extension WebhookRequest {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The signature that the request has to carry under a secret.
    func signature(with secret: String) -> String? {
        guard let id = header("webhook-id"), let time = header("webhook-timestamp"),
            let key = Data(base64Encoded: String(secret.dropFirst("whsec_".count)))
        else { return nil }
        let content = Data("\(id).\(time).\(body)".utf8)
        let code = HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: key))
        return "v1," + Data(code).base64EncodedString()
    }
}
