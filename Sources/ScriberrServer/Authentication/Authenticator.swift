import Foundation
import HTTPTypes
import Hummingbird
import ScriberrCore
import ScriberrServices

/// Finds out who makes a request: `X-API-Key`, then `Authorization: Bearer`, then the cookie `scriberr_access_token`. The first
/// that is good counts; a bad one before it does no harm.
struct Authenticator: Sendable {
    private let accounts: AccountService
    private let apiKeys: APIKeyService
    private let tokens: AccessTokens
    private let addresses: SignedAddresses
    private let origins: CORSPolicy
    private let admitsLocalGuests: Bool

    init(services: Services, tokens: AccessTokens, addresses: SignedAddresses, origins: CORSPolicy, options: ServerOptions) {
        self.addresses = addresses
        admitsLocalGuests = options.admitsLocalGuests
        accounts = services.accounts
        apiKeys = services.apiKeys
        self.tokens = tokens
        self.origins = origins
    }

    /// Who makes a request, and a way to ask again later whether the same credential is still good.
    struct Proof: Sendable {
        var principal: Principal
        var isStillGood: @Sendable () async -> Bool
    }

    /// Throws `UNAUTHORIZED` when no credential is good. API keys do not count where `sessionOnly`.
    /// Neither does the cookie of somebody else than the page means: all tabs of a browser share it, and one may not know yet that
    /// another account has signed in.
    func authenticate(_ request: Request, sessionOnly: Bool) async throws -> Proof {
        if !sessionOnly, let key = request.headers[.apiKey], let proof = try await keyProof(key) { return proof }
        if let token = Self.credentials(request.headers, "bearer") {
            if let proof = try await tokenProof(token) { return proof }
            if !sessionOnly, let proof = try await keyProof(token) { return proof }
        }
        if let token = cookieToken(request), let proof = try await tokenProof(token), proof.principal.isMeant(by: request.headers)
        {
            return proof
        }
        throw ScriberrError(.unauthorized, "Sign in, or send a valid API key.")
    }

    /// Who makes a read, found without waiting for anything. Nil where ``authenticate(_:sessionOnly:)`` has to look closer, and when
    /// it is nobody.
    func authenticate(_ glimpse: Glimpse, _ headers: HTTPFields) throws -> Principal? {
        if let key = headers[.apiKey] { return try apiKeys.authenticate(glimpse, key) }
        guard let token = Self.credentials(headers, "bearer") ?? SessionCookies.accessToken(in: headers) else { return nil }
        guard let claims = tokens.readAtOnce(token) else { return try apiKeys.authenticate(glimpse, token) }
        let user = try accounts.verifySession(
            glimpse,
            claims.user,
            tokenVersion: claims.tokenVersion,
            session: claims.session
        )
        return user.map { Self.principal($0, claims) }.flatMap { $0.isMeant(by: headers) ? $0 : nil }
    }

    /// Who signed this request's address; nil when nobody did, or not for this path, or when it is void by now.
    func signedProof(_ request: Request) async throws -> Proof? {
        guard let signature = request.uri.queryParameters["signature"].map(String.init),
            let grant = addresses.read(signature, path: request.uri.path),
            let user = try await activeUser(grant.user, tokenVersion: grant.tokenVersion, session: nil)
        else { return nil }
        let principal = Principal(
            owner: user.id,
            username: user.username,
            role: user.role,
            credential: .signedAddress,
            scopes: [.read]
        )
        return Proof(principal: principal) { true }
    }

    /// An address for `path` that opens it without credentials for a while, until the account's sessions are ended.
    func signedAddress(_ path: String, for principal: Principal, lifetime: Duration) async throws -> SignedAddress {
        let version = try await accounts.user(principal.owner).tokenVersion
        return addresses.make(path, user: principal.owner, tokenVersion: version, lifetime: lifetime)
    }

    /// The same for clients that speak somebody else's language: a key may be the password of Basic authentication, which is what
    /// an address such as `http://any:sk_…@host` becomes, and programs on this machine need none if the operator says so.
    func authenticateGuest(_ request: Request, address: String) async throws -> Proof {
        if let key = basicPassword(request), let proof = try await keyProof(key) { return proof }
        do {
            return try await authenticate(request, sessionOnly: false)
        } catch let error as ScriberrError where error.code == .unauthorized {
            guard admitsLocalGuests, isLocal(request, address) else { throw error }
            guard let user = try await accounts.users().first(where: { $0.role == .admin && !$0.isDisabled }) else { throw error }
            let principal = Principal(
                owner: user.id,
                username: user.username,
                role: user.role,
                credential: .localGuest,
                scopes: [.read, .write]
            )
            return Proof(principal: principal) { true }
        }
    }

    /// Whether a program on this machine asks, and neither a proxy on behalf of somebody else nor a web page in a browser.
    private func isLocal(_ request: Request, _ address: String) -> Bool {
        let headers = request.headers
        guard address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.") else { return false }
        guard headers[.forwardedFor] == nil, headers[.forwarded] == nil, headers[.realIP] == nil, headers[.via] == nil else {
            return false
        }
        // A page that had its name changed to point here (DNS rebinding) asks for a host that is not this machine.
        let host = (request.head.authority ?? "").lowercased()
        let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }) + "]" : String(host.prefix { $0 != ":" })
        return headers[.origin] == nil && (name == "localhost" || name == "[::1]" || name.hasPrefix("127."))
    }

    /// The access token for a session.
    func token(for session: Session) async throws -> String { try await tokens.make(for: session) }

    private func keyProof(_ key: String) async throws -> Proof? {
        guard let principal = try await apiKeys.authenticate(key) else { return nil }
        guard case .apiKey(let id) = principal.credential else { return Proof(principal: principal) { true } }
        return Proof(principal: principal) {
            // A database that cannot answer is no reason to end a stream; the next check asks again.
            do { return try await apiKeys.isUsable(id) } catch { return true }
        }
    }

    private func tokenProof(_ token: String) async throws -> Proof? {
        guard let claims = await tokens.read(token), let user = try await activeUser(claims) else { return nil }
        return Proof(principal: Self.principal(user, claims)) {
            guard await tokens.read(token) != nil else { return false }
            // As above: only a clear "no" ends a stream.
            do { return try await activeUser(claims) != nil } catch { return true }
        }
    }

    private static func principal(_ user: User, _ claims: AccessTokens.Claims) -> Principal {
        Principal(
            owner: user.id,
            username: user.username,
            role: user.role,
            credential: .session(tokenVersion: claims.tokenVersion)
        )
    }

    private func activeUser(_ claims: AccessTokens.Claims) async throws -> User? {
        try await activeUser(claims.user, tokenVersion: claims.tokenVersion, session: claims.session)
    }

    private func activeUser(_ user: UserID, tokenVersion: Int64, session: String?) async throws -> User? {
        do {
            return try await accounts.verifySession(user, tokenVersion: tokenVersion, session: session)
        } catch let error as ScriberrError where error.code == .unauthorized {
            return nil
        }
    }

    private static func credentials(_ headers: HTTPFields, _ scheme: String) -> String? {
        guard let header = headers[.authorization], let blank = header.utf8.firstIndex(of: UInt8(ascii: " ")),
            header[..<blank].lowercased() == scheme
        else { return nil }
        let text = header[blank...].trimmingBlanks()
        return text.isEmpty ? nil : text
    }

    private func basicPassword(_ request: Request) -> String? {
        guard let text = Self.credentials(request.headers, "basic"), let data = Data(base64Encoded: text),
            let pair = String(validating: data, as: UTF8.self), let colon = pair.firstIndex(of: ":")
        else { return nil }
        return String(pair[colon...].dropFirst())
    }

    /// A cookie travels with every request a browser makes, also with those that another site makes it send: for anything but
    /// reading, the origin must be our own or a configured one.
    private func cookieToken(_ request: Request) -> String? {
        guard let token = request.cookies[SessionCookies.access]?.value, !token.isEmpty else { return nil }
        if request.method == .get || request.method == .head { return token }
        return origins.isFromOwnPage(request) ? token : nil
    }
}

extension Principal {
    /// Whether a page that names its reader's account means this one. Other clients name none.
    fileprivate func isMeant(by headers: HTTPFields) -> Bool {
        guard let account = headers[.account] else { return true }
        return account == owner.publicText
    }
}
