import HTTPTypes
import ScriberrCore
import ScriberrServices

extension ScriberrError.Code {
    /// A condition of the request does not hold.
    static let preconditionFailed = ScriberrError.Code(rawValue: "PRECONDITION_FAILED")

    /// The rest of the request did not come in time.
    static let requestTimeout = ScriberrError.Code(rawValue: "REQUEST_TIMEOUT")
    /// The address or the headers are larger than allowed.
    static let headersTooLarge = ScriberrError.Code(rawValue: "HEADERS_TOO_LARGE")
    /// The method is none that the server knows.
    static let notImplemented = ScriberrError.Code(rawValue: "NOT_IMPLEMENTED")

    /// The HTTP status that goes with the code: the one place that knows.
    var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound, .mediaMissing: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .conflict, .idempotencyConflict: .conflict
        case .preconditionFailed: .preconditionFailed
        case .uploadLocked: HTTPResponse.Status(code: 423, reasonPhrase: "Locked")
        case .checksumMismatch: HTTPResponse.Status(code: 460, reasonPhrase: "Checksum Mismatch")
        case .payloadTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .validation, .unsupportedOption, .modelUnavailable, .mediaUnreadable: .unprocessableContent
        case .tooManyRequests: .tooManyRequests
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .notImplemented: .notImplemented
        case .downloadFailed, .remoteFailed: .badGateway
        case .serviceUnavailable, .engineUnavailable, .storageFailed: .serviceUnavailable
        case .storageFull: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        default: .internalServerError
        }
    }
}

extension ScriberrError {
    /// Nothing is there, or it is somebody else's.
    static let nothingHere = ScriberrError(.notFound, "There is no such thing here.")

    /// What every failure that is not a ``ScriberrError`` becomes. `detail` is for the log.
    static func unexpected(_ error: any Error) -> ScriberrError {
        ScriberrError(
            .internalError,
            "Something went wrong on the server. Its log has the details under this request id.",
            detail: String(reflecting: error)
        )
    }

    /// The error as clients may see it: a recording whose bytes are gone is simply not found.
    var publicCode: Code { code == .mediaMissing ? .notFound : code }
}
