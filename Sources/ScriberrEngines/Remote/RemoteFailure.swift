import AsyncHTTPClient
import NIOCore
import ScriberrCore

/// What a remote engine's failures are called. Its own words go to the log only, without our key.
enum RemoteFailure {
    private static let detailBytesMax = 500

    /// An answer that is no transcript.
    static func refusal(_ status: Int, _ body: ByteBuffer, hiding key: String?) -> ScriberrError {
        let (message, disposition) = meaning(of: status)
        return ScriberrError(
            .remoteFailed,
            message,
            disposition: disposition,
            detail: "status \(status): \(text(body, hiding: key))"
        )
    }

    /// An answer that says neither what was heard nor, by its status, that something is wrong.
    static func noText(_ problem: String?, hiding key: String?) -> ScriberrError {
        let detail = "status 200 without a text: \(problem.map { text(ByteBuffer(string: $0), hiding: key) } ?? "")"
        return ScriberrError(.remoteFailed, "The remote engine gave an answer without a text.", detail: detail)
    }

    /// No answer, or one that cannot be read.
    static func error(_ error: any Error) -> ScriberrError {
        switch error {
        case let error as ScriberrError: error
        case is DecodingError, is NIOTooManyBytesError:
            ScriberrError(.remoteFailed, "The remote engine gave an answer that makes no sense.", detail: kind(of: error))
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            ScriberrError(.remoteFailed, "The remote engine took too long.", detail: kind(of: error))
        default:
            ScriberrError(.remoteFailed, "The remote engine cannot be reached.", detail: "\(error)")
        }
    }

    private static func meaning(of status: Int) -> (String, ScriberrError.Disposition) {
        switch status {
        case 401, 403: ("The remote engine did not accept the key.", .permanent)
        case 404: ("The remote engine does not know the model or the address.", .permanent)
        case 413: ("The recording is too large for the remote engine.", .permanent)
        case 429: ("The remote engine has too much to do.", .transient)
        case 408, 500...599: ("The remote engine is not able to answer now.", .transient)
        default: ("The remote engine refused the recording.", .permanent)
        }
    }

    private static func text(_ body: ByteBuffer, hiding key: String?) -> String {
        let text = String(decoding: body.readableBytesView.prefix(detailBytesMax), as: UTF8.self)
        guard let key, !key.isEmpty else { return Redactor.redactSecrets(text) }
        return Redactor.redactSecrets(text.split(separator: key, omittingEmptySubsequences: false).joined(separator: "[key]"))
    }

    /// Decoding errors quote what they could not read, which may be what somebody said.
    private static func kind(of error: any Error) -> String { String(describing: type(of: error)) }
}
