import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let apiKeys: [Route] = [
        Route(
            .get,
            "/api/v1/api-keys",
            .session { call, principal in
                .list(try await call.services.apiKeys.list(principal.owner), next: nil) { json, key in
                    json.apiKey(key)
                    json.field("is_active", true)
                    json.field("last_used_at", key.lastUsedAt)
                    json.field("updated_at", key.createdAt)
                }
            }
        ),
        Route(
            .post,
            "/api/v1/api-keys",
            idempotency: .byBody,
            .session { call, principal in
                let request = try await call.json(APIKeyBody.self).request()
                return try await call.answering({ .issued($0) }) { draft in
                    try await call.services.apiKeys.create(principal.owner, request, answering: draft)
                }
            }
        ),
        Route(
            .delete,
            "/api/v1/api-keys/{id}",
            .session { call, principal in
                let text = call.parameters["id"] ?? ""
                let digits = text.hasPrefix("key_") ? String(text.dropFirst(4)) : text
                guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let id = Int64(digits) else {
                    throw ScriberrError.nothingHere
                }
                try await call.services.apiKeys.revoke(principal.owner, id)
                call.server.streams.recheckAll()
                return .nothing
            }
        ),
    ]
}

extension Answer {
    fileprivate static func issued(_ issued: IssuedAPIKey) -> Answer {
        var answer = Answer.object(status: .created) { json in
            json.apiKey(issued.record)
            json.field("key", issued.key)
        }
        answer.headers[.cacheControl] = "no-store"
        return answer
    }
}

private struct APIKeyBody: Decodable {
    var name: String?
    var description: String?
    var scopes: [String]?
    var expiresAt: String?

    enum CodingKeys: String, CodingKey {
        case name, description, scopes
        case expiresAt = "expires_at"
    }

    func request() throws -> NewAPIKey {
        let expiry = try expiresAt.map { text in
            guard let time = Timestamp(rfc3339: text) else {
                throw ScriberrError(.validation, "expires_at is an RFC 3339 time.", field: "expires_at")
            }
            return time
        }
        return NewAPIKey(name: name ?? "", description: description ?? "", scopes: scopes, expiresAt: expiry)
    }
}
