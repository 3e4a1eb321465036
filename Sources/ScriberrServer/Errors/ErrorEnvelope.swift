import HTTPTypes
import ScriberrCore

extension Answer {
    /// The one form in which every failure reaches a client:
    /// `{"error":{"code","message","field"?,"request_id"}}`.
    static func failure(_ error: ScriberrError, requestID: String) -> Answer {
        var answer = Answer.json(status: error.code.status) { json in
            json.object { json in
                json.object("error") { json in
                    json.field("code", error.publicCode.rawValue)
                    json.field("message", error.message)
                    if let field = error.field { json.field("field", field) }
                    json.field("request_id", requestID)
                }
            }
        }
        if error.code == .unauthorized { answer.headers[.wwwAuthenticate] = "Bearer" }
        if let seconds = error.retryAfterSeconds { answer.headers[.retryAfter] = String(seconds) }
        answer.headers[.cacheControl] = "no-store"
        return answer
    }
}
