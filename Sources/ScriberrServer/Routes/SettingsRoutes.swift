import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let settings: [Route] = [
        Route(
            .get,
            "/api/v1/settings",
            .scoped(.read) { call, principal in
                call.settings(try await call.services.settings.get(principal.owner))
            }
        ),
        Route(
            .patch,
            "/api/v1/settings",
            .scoped(.write) { call, principal in
                let body = try await call.json(SettingsBody.self)
                return call.settings(
                    try await call.services.settings.update(
                        principal.owner,
                        autoTranscriptionEnabled: body.autoTranscriptionEnabled,
                        defaultProfileID: body.defaultProfileID
                    )
                )
            }
        ),
    ]
}

extension Call {
    fileprivate func settings(_ settings: UserSettings) -> Answer {
        .object { json in
            json.field("auto_transcription_enabled", settings.autoTranscriptionEnabled)
            json.field("default_profile_id", settings.defaultProfileID?.text)
            json.field("local_only", true)
            json.field("max_upload_size_mb", services.library.uploadLimitBytes >> 20)
        }
    }
}

private struct SettingsBody: Decodable {
    var autoTranscriptionEnabled: Bool?
    var defaultProfileID: String?

    enum CodingKeys: String, CodingKey {
        case autoTranscriptionEnabled = "auto_transcription_enabled"
        case defaultProfileID = "default_profile_id"
    }
}
