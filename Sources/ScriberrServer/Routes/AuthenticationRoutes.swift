import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let authentication: [Route] = [
        Route(
            .get,
            "/api/v1/auth/registration-status",
            .open { call in
                let isOpen = try await call.services.accounts.registrationOpen()
                return .object { $0.field("registration_enabled", isOpen) }
            }
        ),
        Route(
            .post,
            "/api/v1/auth/register",
            .open { call in
                // A page elsewhere that somebody looks at must not become the first account of a server in their network.
                try call.requireOwnPage()
                let body = try await call.json(CredentialsBody.self)
                return try await call.tokens(for: call.register(body))
            }
        ),
        Route(
            .post,
            "/api/v1/auth/login",
            .open { call in
                let body = try await call.json(CredentialsBody.self)
                return try await call.tokens(for: call.login(body))
            }
        ),
        Route(
            .post,
            "/api/v1/auth/refresh",
            .open { call in
                let token = try await call.json(RefreshBody.self).refreshToken ?? ""
                return try await call.tokens(for: call.services.accounts.refresh(token))
            }
        ),
        Route(
            .post,
            "/api/v1/auth/logout",
            .open { call in
                let token = try await call.json(RefreshBody.self).refreshToken ?? ""
                // Only a token that is known makes streams look again: anybody may call this route, as often as they like.
                if !token.isEmpty, try await call.services.accounts.logout(token) { call.server.streams.recheckAll() }
                return .object { $0.field("ok", true) }
            }
        ),
        Route(
            .post,
            "/api/v1/auth/logout-all",
            .session { call, principal in
                try await call.services.accounts.logoutEverywhere(principal.owner)
                call.server.streams.recheckAll()
                return .object { $0.field("ok", true) }
            }
        ),
        Route(
            .get,
            "/api/v1/auth/me",
            .session { _, principal in
                var answer = Answer.object { $0.me(principal.username, principal.role) }
                answer.headers[.account] = principal.owner.publicText
                return answer
            }
        ),
        Route(
            .post,
            "/api/v1/auth/change-password",
            .session { call, principal in
                let body = try await call.json(PasswordBody.self)
                try await call.services.accounts.changePassword(
                    principal.owner,
                    current: body.currentPassword ?? "",
                    new: body.newPassword ?? "",
                    confirmation: body.confirmPassword ?? ""
                )
                call.server.streams.recheckAll()
                return .object { $0.field("ok", true) }
            }
        ),
        Route(
            .post,
            "/api/v1/auth/change-username",
            .session { call, principal in
                let body = try await call.json(UsernameBody.self)
                let user = try await call.services.accounts.changeUsername(
                    principal.owner,
                    new: body.newUsername ?? "",
                    password: body.password ?? ""
                )
                return .object { $0.me(user.username, user.role) }
            }
        ),
    ]
}

extension Call {
    fileprivate func tokens(for session: Session) async throws -> Answer {
        let accessToken = try await server.authenticator.token(for: session)
        var answer = Answer.object { json in
            json.field("access_token", accessToken)
            json.field("refresh_token", session.refreshToken)
            json.object("user") { $0.me(session.user.username, session.user.role) }
        }
        answer.headers[.cacheControl] = "no-store"
        return answer
    }
}

private struct RefreshBody: Decodable {
    var refreshToken: String?

    enum CodingKeys: String, CodingKey {
        case refreshToken = "refresh_token"
    }
}

private struct PasswordBody: Decodable {
    var currentPassword: String?
    var newPassword: String?
    var confirmPassword: String?

    enum CodingKeys: String, CodingKey {
        case currentPassword = "current_password"
        case newPassword = "new_password"
        case confirmPassword = "confirm_password"
    }
}

private struct UsernameBody: Decodable {
    var newUsername: String?
    var password: String?

    enum CodingKeys: String, CodingKey {
        case newUsername = "new_username"
        case password
    }
}
