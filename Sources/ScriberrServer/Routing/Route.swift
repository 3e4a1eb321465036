import HTTPTypes
import ScriberrCore
import ScriberrServices

/// One operation of the API.
struct Route: Sendable {
    /// The method.
    let method: HTTPRequest.Method
    /// The path.
    let pattern: RoutePattern
    /// What it does, and for whom.
    let endpoint: Endpoint
    /// Whether `Idempotency-Key` makes a repetition answer what the first call answered.
    let idempotency: Idempotency
    /// Whether an address that was signed for its path opens it, for those who cannot send a header.
    let takesSignedAddress: Bool

    /// The same as the endpoint without waiting for anything, on the connection's own thread: for reads of few rows that many
    /// clients ask for over and over. Nil, or a failure, where that cannot be: the endpoint is asked then.
    let atOnce: (@Sendable (Glance, Principal) throws -> Answer?)?

    /// What a route does, by whom it may be called.
    enum Endpoint: Sendable {
        /// For everybody.
        case open(@Sendable (Call) async throws -> Answer)
        /// For a person's login only; API keys are no credentials here.
        case session(@Sendable (Call, Principal) async throws -> Answer)
        /// For logins, and for keys with this scope.
        case scoped(APIKey.Scope, @Sendable (Call, Principal) async throws -> Answer)
        /// As `scoped`, for clients that speak somebody else's language: a key may come as a password (Basic) too, and programs
        /// on this machine need none if the operator says so.
        case guest(APIKey.Scope, @Sendable (Call, Principal) async throws -> Answer)
    }

    /// How a route treats `Idempotency-Key`.
    enum Idempotency: Sendable {
        /// Not at all.
        case none
        /// The body's bytes tell whether a repetition is the same request.
        case byBody
        /// The route takes care of it itself: its body is too large to keep.
        case own
    }

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        idempotency: Idempotency = .none,
        takesSignedAddress: Bool = false,
        atOnce: (@Sendable (Glance, Principal) throws -> Answer?)? = nil,
        _ endpoint: Endpoint
    ) {
        self.takesSignedAddress = takesSignedAddress
        self.method = method
        pattern = RoutePattern(path)
        self.idempotency = idempotency
        self.atOnce = atOnce
        self.endpoint = endpoint
    }
}
