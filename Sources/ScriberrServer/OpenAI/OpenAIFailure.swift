import HTTPTypes
import ScriberrCore

extension Answer {
    /// A failure as OpenAI's clients read it: `{"error":{"message","type","param","code"}}`.
    static func openAIFailure(_ error: ScriberrError, requestID: String) -> Answer {
        let status = error.openAIStatus
        var answer = Answer.object(status: status) { json in
            json.object("error") { $0.openAI(error, status) }
        }
        if error.code == .unauthorized { answer.headers[.wwwAuthenticate] = "Bearer" }
        if let seconds = error.retryAfterSeconds { answer.headers[.retryAfter] = String(seconds) }
        answer.headers[.shouldRetry] = error.isWorthSendingAgain ? "true" : "false"
        answer.headers[.cacheControl] = "no-store"
        return answer
    }
}

extension JSONWriter {
    /// Writes the fields of a failure.
    mutating func openAI(_ error: ScriberrError, _ status: HTTPResponse.Status) {
        field("message", error.message)
        field("type", status.code >= 500 ? "server_error" : status.code == 429 ? "rate_limit_error" : "invalid_request_error")
        field("param", error.openAIParameter)
        field("code", error.openAICode)
    }
}

extension ScriberrError {
    /// OpenAI answers every wrong value with 400.
    var openAIStatus: HTTPResponse.Status {
        switch code {
        case .validation, .unsupportedOption, .mediaUnreadable, .unsupportedMediaType: .badRequest
        default: code.status
        }
    }

    fileprivate var openAICode: String {
        switch code {
        case .unauthorized: "invalid_api_key"
        case .notFound where field == "model": "model_not_found"
        default: publicCode.rawValue.lowercased()
        }
    }

    /// The field of OpenAI's form that stands for one of ours.
    fileprivate var openAIParameter: String? {
        switch field {
        case "options.model", "options.task", "options.device": "model"
        case "options.language": "language"
        case "options.hotwords": "keywords[]"
        case "options.diarization": "response_format"
        default: field
        }
    }

    /// Whether a client that sends the same again may fare better. A job that failed was tried several times already.
    fileprivate var isWorthSendingAgain: Bool { code == .serviceUnavailable || code == .tooManyRequests }
}
