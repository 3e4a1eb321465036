import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let profiles: [Route] = [
        Route(
            .get,
            "/api/v1/profiles",
            .scoped(.read) { call, principal in
                .list(try await call.services.profiles.list(principal.owner), next: nil) { $0.profile($1) }
            }
        ),
        Route(
            .post,
            "/api/v1/profiles",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let patch = try await call.json(ProfileBody.self).patch
                return try await call.answering({ .created($0) }) { draft in
                    try await call.services.profiles.create(principal.owner, patch, answering: draft)
                }
            }
        ),
        Route(
            .get,
            "/api/v1/profiles/{id}",
            .scoped(.read) { call, principal in
                let profile = try await call.services.profiles.get(principal.owner, call.id())
                return .object { $0.profile(profile) }
            }
        ),
        Route(
            .patch,
            "/api/v1/profiles/{id}",
            .scoped(.write) { call, principal in
                let id: ProfileID = try call.id()
                let profile = try await call.services.profiles.update(
                    principal.owner,
                    id,
                    call.json(ProfileBody.self).patch
                )
                return .object { $0.profile(profile) }
            }
        ),
        Route(
            .delete,
            "/api/v1/profiles/{id}",
            .scoped(.write) { call, principal in
                try await call.services.profiles.delete(principal.owner, call.id())
                return .nothing
            }
        ),
        Route(
            .post,
            "/api/v1/profiles/{id}:set-default",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let id: ProfileID = try call.id()
                return try await call.answering({ _ in .isDefault(id) }) { draft in
                    try await call.services.profiles.setDefault(principal.owner, id, answering: draft)
                }
            }
        ),
    ]
}

extension Answer {
    fileprivate static func created(_ profile: Profile) -> Answer { .object(status: .created) { $0.profile(profile) } }

    fileprivate static func isDefault(_ id: ProfileID) -> Answer {
        .object { json in
            json.field("id", id.text)
            json.field("is_default", true)
        }
    }
}

private struct ProfileBody: Decodable {
    var patch = ProfilePatch()

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        patch.name = try values.decodeGiven(forKey: .name)
        patch.description = try values.decodeGiven(forKey: .description)
        patch.isDefault = try values.decodeGiven(forKey: .isDefault)
        patch.options = try values.decodeIfPresent(OptionsPatch.self, forKey: .options) ?? OptionsPatch()
    }

    private enum Key: String, CodingKey {
        case name, description, options
        case isDefault = "is_default"
    }
}
