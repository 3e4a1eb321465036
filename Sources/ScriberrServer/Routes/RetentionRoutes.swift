import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let retention: [Route] = [
        Route(
            .get,
            "/api/v1/retention",
            .scoped(.read) { call, principal in
                let rules = try await call.services.retention.rules(principal.owner)
                return .object { $0.retention(rules) }
            }
        ),
        Route(
            .put,
            "/api/v1/retention",
            .scoped(.write) { call, principal in
                let rules = try await call.json(RetentionBody.self).rules
                try await call.services.retention.setRules(principal.owner, rules)
                return .object { $0.retention(rules) }
            }
        ),
        Route(
            .get,
            "/api/v1/retention/preview",
            .scoped(.read) { call, principal in
                .list(try await call.services.retention.preview(principal.owner), next: nil) { $0.deletion($1, "due_at") }
            }
        ),
        Route(
            .get,
            "/api/v1/retention/deletions",
            .scoped(.read) { call, principal in
                let (limit, cursor) = (call.query["limit"], call.query["cursor"])
                let page = try await call.services.retention.record(principal.owner, limit: limit, cursor: cursor)
                return .list(page.items, next: page.next) { $0.deletion($1, "deleted_at") }
            }
        ),
        Route(
            .get,
            "/api/v1/transcriptions/{id}/retention",
            .scoped(.read) { call, principal in
                let own = try await call.services.retention.rules(principal.owner, call.id())
                let rules = if let own { own } else { try await call.services.retention.rules(principal.owner) }
                return .object { json in
                    json.retention(rules)
                    json.field("source", own == nil ? "owner" : "job")
                }
            }
        ),
        Route(
            .put,
            "/api/v1/transcriptions/{id}/retention",
            .scoped(.write) { call, principal in
                let id: TranscriptionID = try call.id()
                let rules = try await call.json(RetentionBody.self).rules
                try await call.services.retention.setRules(principal.owner, id, rules)
                return .object { json in
                    json.retention(rules)
                    json.field("source", "job")
                }
            }
        ),
        Route(
            .delete,
            "/api/v1/transcriptions/{id}/retention",
            .scoped(.write) { call, principal in
                try await call.services.retention.setRules(principal.owner, call.id(), nil)
                return .nothing
            }
        ),
        Route(
            .get,
            "/api/v1/storage",
            .scoped(.read) { call, principal in
                guard let use = try await call.services.retention.storage(principal.owner) else {
                    throw ScriberrError.nothingHere
                }
                return .object { $0.storage(use) }
            }
        ),
        Route(
            .get,
            "/api/v1/admin/storage",
            .scoped(.admin) { call, _ in
                .list(try await call.services.retention.storageOfAll(), next: nil) { json, use in
                    json.field("username", use.username)
                    json.storage(use)
                }
            }
        ),
    ]
}

extension JSONWriter {
    fileprivate mutating func retention(_ rules: RetentionRules) {
        field("audio_days", rules.audioDays)
        field("transcript_days", rules.transcriptDays)
        field("delete_audio_after_success", rules.audioAfterSuccess)
    }

    fileprivate mutating func deletion(_ deletion: Deletion, _ time: StaticString) {
        field("kind", deletion.kind.rawValue)
        field("id", deletion.subject)
        field("title", deletion.title)
        field("reason", deletion.reason.rawValue)
        field("size_bytes", deletion.sizeBytes)
        field(time, deletion.at)
    }

    fileprivate mutating func storage(_ use: StorageUse) {
        field("files", use.files)
        field("audio_bytes", use.audioBytes)
        field("transcriptions", use.transcriptions)
        field("transcript_bytes", use.transcriptBytes)
    }
}
