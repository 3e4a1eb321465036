import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let administration: [Route] = [
        Route(
            .get,
            "/api/v1/admin/queue",
            .scoped(.read) { call, principal in
                let pause = try await call.services.transcriptions.pause()
                guard principal.allows(.admin) else {
                    let stats = try await call.services.transcriptions.queueStats(principal.owner)
                    return .object { json in
                        json.queue(stats, isTotal: true)
                        json.pause(pause)
                    }
                }
                let (total, byUser) = try await call.services.transcriptions.queueStatsOfAll()
                return .object { json in
                    json.queue(total, isTotal: true)
                    json.pause(pause)
                    json.objects("by_user", byUser) { json, entry in
                        json.field("user_id", entry.user.id.publicText)
                        json.field("username", entry.user.username)
                        json.queue(entry.stats, isTotal: false)
                    }
                }
            }
        ),
        Route(
            .get,
            "/api/v1/admin/users",
            .scoped(.admin) { call, _ in .list(try await call.services.accounts.users(), next: nil) { $0.account($1) } }
        ),
        Route(
            .post,
            "/api/v1/admin/users",
            idempotency: .byBody,
            .scoped(.admin) { call, _ in
                let body = try await call.json(UserBody.self)
                let role = try body.knownRole() ?? .user
                return try await call.answering({ .created($0) }) { draft in
                    try await call.services.accounts.createUser(
                        username: body.username ?? "",
                        password: body.password ?? "",
                        role: role,
                        answering: draft
                    )
                }
            }
        ),
        Route(
            .get,
            "/api/v1/admin/users/{id}",
            .scoped(.admin) { call, _ in
                let user = try await call.services.accounts.user(call.userID())
                return .object { $0.account(user) }
            }
        ),
        Route(
            .patch,
            "/api/v1/admin/users/{id}",
            .scoped(.admin) { call, _ in
                let (id, body) = (try call.userID(), try await call.json(UserBody.self))
                let user = try await call.services.accounts.updateUser(
                    id,
                    role: body.knownRole(),
                    isDisabled: body.isDisabled
                )
                call.server.streams.recheckAll()
                return .object { $0.account(user) }
            }
        ),
        Route(
            .post,
            "/api/v1/admin/users/{id}:reset-password",
            .scoped(.admin) { call, _ in
                let (id, body) = (try call.userID(), try await call.json(UserBody.self))
                try await call.services.accounts.resetPassword(id, to: body.password ?? "")
                call.server.streams.recheckAll()
                return .object { $0.field("ok", true) }
            }
        ),
    ]
}

extension Answer {
    fileprivate static func created(_ user: User) -> Answer {
        var answer = Answer.object(status: .created) { $0.account(user) }
        answer.headers[.location] = "/api/v1/admin/users/\(user.id.publicText)"
        return answer
    }
}

extension Call {
    /// The parameter `id` as an account: `user_7`.
    fileprivate func userID() throws -> UserID {
        let text = parameters["id"] ?? ""
        let digits = text.dropFirst(5)
        guard text.hasPrefix("user_"), digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(digits) else {
            throw ScriberrError.nothingHere
        }
        return UserID(number)
    }
}

extension JSONWriter {
    fileprivate mutating func pause(_ pause: QueuePause?) {
        field("paused", pause != nil)
        field("paused_at", pause?.since)
    }

    fileprivate mutating func queue(_ stats: QueueStats, isTotal: Bool) {
        field("queued", stats.queued)
        field("processing", stats.processing)
        field("completed", stats.completed)
        field("failed", stats.failed)
        field("canceled", stats.canceled)
        if isTotal { field("running", stats.running) }
    }
}

private struct UserBody: Decodable {
    var username: String?
    var password: String?
    var role: String?
    var isDisabled: Bool?

    enum CodingKeys: String, CodingKey {
        case username, password, role
        case isDisabled = "is_disabled"
    }

    /// The role that is asked for; nil for none. Throws `VALIDATION_ERROR`.
    func knownRole() throws -> User.Role? {
        guard let role else { return nil }
        guard let known = User.Role(rawValue: role) else {
            throw ScriberrError(.validation, "A role is `admin` or `user`.", field: "role")
        }
        return known
    }
}
