import HTTPTypes

extension HTTPField.Name {
    static let apiKey = known("X-API-Key")
    /// Whom a page takes its reader for, in a request; who is signed in, in an answer.
    static let account = known("X-Scriberr-Account")
    static let requestID = known("X-Request-ID")
    static let idempotencyKey = known("Idempotency-Key")
    static let idempotencyReplayed = known("Idempotency-Replayed")
    static let lastEventID = known("Last-Event-ID")
    static let accelBuffering = known("X-Accel-Buffering")
    static let referrerPolicy = known("Referrer-Policy")
    static let frameOptions = known("X-Frame-Options")
    static let methodOverride = known("X-HTTP-Method-Override")
    static let tusResumable = known("Tus-Resumable")
    static let tusVersion = known("Tus-Version")
    static let tusExtension = known("Tus-Extension")
    static let tusMaxSize = known("Tus-Max-Size")
    static let tusChecksumAlgorithm = known("Tus-Checksum-Algorithm")
    static let uploadLength = known("Upload-Length")
    static let uploadOffset = known("Upload-Offset")
    static let uploadMetadata = known("Upload-Metadata")
    static let uploadChecksum = known("Upload-Checksum")
    static let uploadExpires = known("Upload-Expires")
    static let uploadFileID = known("Upload-File-ID")

    static let shouldRetry = known("X-Should-Retry")
    /// How often an OpenAI SDK has sent a request before.
    static let retryCount = known("X-Stainless-Retry-Count")
    static let transcription = known("X-Scriberr-Transcription")
    static let usedModel = known("X-Scriberr-Model")
    static let warnings = known("X-Scriberr-Warnings")
    static let ignoredFields = known("X-Scriberr-Ignored-Fields")
    static let asrEngine = known("Asr-Engine")
    static let forwardedFor = known("X-Forwarded-For")
    static let forwarded = known("Forwarded")
    static let realIP = known("X-Real-IP")

    static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no header field name.") }
        return field
    }
}
