import HTTPTypes
import Hummingbird
import ScriberrCore
import ScriberrServices

extension Route {
    /// Signing in from a browser: as the routes below `/auth`, but the tokens are cookies that no script sees.
    static let sessions: [Route] = [
        Route(
            .post,
            "/api/v1/auth/session",
            .open { call in
                let body = try await call.ownPageJSON(CredentialsBody.self)
                return try await call.opened(call.login(body))
            }
        ),
        Route(
            .post,
            "/api/v1/auth/session:register",
            .open { call in
                let body = try await call.ownPageJSON(CredentialsBody.self)
                return try await call.opened(call.register(body))
            }
        ),
        Route(
            .post,
            "/api/v1/auth/session:refresh",
            .open { call in
                try call.requireOwnPage()
                guard let token = call.refreshCookie else {
                    throw ScriberrError(.unauthorized, "The session has ended. Log in again.")
                }
                return try await call.opened(call.services.accounts.refresh(token))
            }
        ),
        Route(
            .delete,
            "/api/v1/auth/session",
            .open { call in
                try call.requireOwnPage()
                if let token = call.refreshCookie, try await call.services.accounts.logout(token) {
                    call.server.streams.recheckAll()
                }
                return call.closed()
            }
        ),
    ]
}

extension Call {
    fileprivate var refreshCookie: String? {
        guard let token = request.cookies[SessionCookies.refresh]?.value, !token.isEmpty else { return nil }
        return token
    }

    /// Cookies are neither set, used up nor taken away because another site said so, and no account is made.
    func requireOwnPage() throws {
        guard server.origins.isFromOwnPage(request) else {
            throw ScriberrError(.forbidden, "Only a page of this server may do this.")
        }
    }

    fileprivate func ownPageJSON<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        try requireOwnPage()
        return try await json(type)
    }

    fileprivate func opened(_ session: Session) async throws -> Answer {
        var answer = Answer.object { json in json.object("user") { $0.me(session.user.username, session.user.role) } }
        answer.headers[.cacheControl] = "no-store"
        answer.headers[.account] = session.user.id.publicText
        let token = try await server.authenticator.token(for: session)
        cookies.set(session, accessToken: token, server.options.accessTokenLifetime, on: &answer)
        return answer
    }

    fileprivate func closed() -> Answer {
        var answer = Answer.nothing
        cookies.clear(on: &answer)
        return answer
    }

    private var cookies: SessionCookies { SessionCookies(isSecure: server.options.secureCookies) }
}
