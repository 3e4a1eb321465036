/// A failure that may be told to a client: a stable code and a sentence of ours on one side, the private cause on the other.
public struct ScriberrError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for programs. Codes are few and never change their meaning.
    public let code: Code
    /// What went wrong and what to do about it, for people. Never made from a native or system error text.
    public let message: String
    /// The request field or setting at fault, such as `options.language`.
    public let field: String?
    /// Whether trying again later may help; chosen by the code unless given.
    public let disposition: Disposition
    /// What only the log may see: paths, native texts, statuses.
    public let detail: String?
    /// How long to wait before another try, when that is known: `Retry-After`.
    public let retryAfterSeconds: Int?

    /// Makes an error. `disposition` follows from `code` when it is left out.
    public init(
        _ code: Code,
        _ message: String,
        field: String? = nil,
        disposition: Disposition? = nil,
        detail: String? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.field = field
        self.disposition = disposition ?? code.usualDisposition
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Code, message and private detail: for logs only.
    public var description: String {
        "\(code.rawValue): \(message)" + (detail.map { " (\($0))" } ?? "")
    }

    /// Whether a failed attempt is worth another.
    public enum Disposition: String, Sendable, Codable {
        /// Trying again gives the same result: bad media, unknown model, invalid option.
        case permanent
        /// Trying again may work: a crash, a busy provider, a storage hiccup.
        case transient
    }

    /// The closed list of codes that clients see.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable {
        /// The code as it is written in answers.
        public let rawValue: String
        /// Wraps a code read back from the database.
        public init(rawValue: String) { self.rawValue = rawValue }
        private init(_ rawValue: String) { self.rawValue = rawValue }

        // Requests
        /// The request is not understood: bad JSON, bad multipart.
        public static let invalidRequest = Code("INVALID_REQUEST")
        /// No or wrong credentials.
        public static let unauthorized = Code("UNAUTHORIZED")
        /// The credentials do not allow this.
        public static let forbidden = Code("FORBIDDEN")
        /// No such thing, or it is somebody else's.
        public static let notFound = Code("NOT_FOUND")
        /// The path exists, the method does not.
        public static let methodNotAllowed = Code("METHOD_NOT_ALLOWED")
        /// The thing is in a state that does not allow this.
        public static let conflict = Code("CONFLICT")
        /// An idempotency key was used again with another request.
        public static let idempotencyConflict = Code("IDEMPOTENCY_CONFLICT")
        /// The body is larger than allowed.
        public static let payloadTooLarge = Code("PAYLOAD_TOO_LARGE")
        /// The upload is neither audio nor video.
        public static let unsupportedMediaType = Code("UNSUPPORTED_MEDIA_TYPE")
        /// A range lies outside the file.
        public static let rangeNotSatisfiable = Code("RANGE_NOT_SATISFIABLE")
        /// A value is well formed but not allowed.
        public static let validation = Code("VALIDATION_ERROR")
        /// Too many requests; wait.
        public static let tooManyRequests = Code("TOO_MANY_REQUESTS")
        /// Anything that is our fault.
        public static let internalError = Code("INTERNAL_ERROR")
        /// The server is starting, stopping or without its database.
        public static let serviceUnavailable = Code("SERVICE_UNAVAILABLE")
        /// There is no room left for this.
        public static let storageFull = Code("STORAGE_FULL")

        // Jobs
        /// The recording cannot be decoded.
        public static let mediaUnreadable = Code("MEDIA_UNREADABLE")
        /// The recording is gone.
        public static let mediaMissing = Code("MEDIA_MISSING")
        /// The model is not installed and may not or cannot be downloaded.
        public static let modelUnavailable = Code("MODEL_UNAVAILABLE")
        /// The model's files are damaged or not what they should be.
        public static let modelCorrupt = Code("MODEL_CORRUPT")
        /// The model cannot do what was asked.
        public static let unsupportedOption = Code("UNSUPPORTED_OPTION")
        /// A download failed.
        public static let downloadFailed = Code("DOWNLOAD_FAILED")
        /// The engine is missing a program or library.
        public static let engineUnavailable = Code("ENGINE_UNAVAILABLE")
        /// The engine process ended in the middle of its work.
        public static let engineCrashed = Code("ENGINE_CRASHED")
        /// The engine made no progress for too long, or took too long as a whole.
        public static let engineTimeout = Code("ENGINE_TIMEOUT")
        /// The engine needed more memory than it may have.
        public static let engineOutOfMemory = Code("ENGINE_OUT_OF_MEMORY")
        /// The engine reported a failure of its own.
        public static let engineFailed = Code("ENGINE_FAILED")
        /// A remote engine answered with an error or not at all.
        public static let remoteFailed = Code("REMOTE_FAILED")
        /// The job ended its process too often and is not tried again.
        public static let jobQuarantined = Code("JOB_QUARANTINED")
        /// Storage failed for a moment.
        public static let storageFailed = Code("STORAGE_FAILED")

        /// Whether another attempt may help, when nothing more is known.
        public var usualDisposition: Disposition {
            switch self {
            case .downloadFailed, .engineCrashed, .engineTimeout, .engineFailed, .engineOutOfMemory, .remoteFailed,
                .storageFailed, .storageFull, .serviceUnavailable, .tooManyRequests, .internalError:
                .transient
            default: .permanent
            }
        }
    }
}
