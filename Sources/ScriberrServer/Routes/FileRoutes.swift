import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let files: [Route] = [
        Route(
            .post,
            "/api/v1/files",
            idempotency: .own,
            .scoped(.write) { call, principal in
                let form = try await call.receiveForm(principal.owner)
                return try await call.onceByForm(principal, form) { call in
                    try await call.answering({ .file($0, .created) }) { draft in
                        try await call.services.library.finish(form.upload, title: form.fields["title"], answering: draft)
                    }
                }
            }
        ),
        Route(
            .post,
            "/api/v1/files:import-youtube",
            idempotency: .byBody,
            .scoped(.write) { try await $0.importFile($1, youTubeOnly: true) }
        ),
        Route(
            .post,
            "/api/v1/files:import-url",
            idempotency: .byBody,
            .scoped(.write) { try await $0.importFile($1, youTubeOnly: false) }
        ),
        Route(
            .get,
            "/api/v1/files",
            .scoped(.read) { call, principal in
                let query = try FileListQuery(parameters: call.query)
                return .page(try await call.services.library.list(principal.owner, query)) { $0.file($1) }
            }
        ),
        Route(
            .get,
            "/api/v1/files/{id}",
            .scoped(.read) { call, principal in
                let file = try await call.services.library.get(principal.owner, call.id())
                return .object { $0.file(file) }
            }
        ),
        Route(
            .patch,
            "/api/v1/files/{id}",
            .scoped(.write) { call, principal in
                let id: FileID = try call.id()
                let title = try await call.json(TitleBody.self).title ?? ""
                let file = try await call.services.library.rename(principal.owner, id, title: title)
                return .object { $0.file(file) }
            }
        ),
        Route(
            .delete,
            "/api/v1/files/{id}",
            .scoped(.write) { call, principal in
                try await call.services.library.delete(principal.owner, call.id())
                return .nothing
            }
        ),
        Route(
            .get,
            "/api/v1/files/{id}/audio",
            takesSignedAddress: true,
            .scoped(.read) { call, principal in
                .audio(try await call.services.library.audio(principal.owner, call.id()), for: call)
            }
        ),
    ]
}

extension Call {
    /// Has a recording fetched; the file is there at once, without its bytes.
    fileprivate func importFile(_ principal: Principal, youTubeOnly: Bool) async throws -> Answer {
        let body = try await json(ImportBody.self)
        let wanted = body.transcription.map { NewTranscription(profileID: $0.profileID, options: $0.options ?? OptionsPatch()) }
        var options: TranscriptionOptions?
        if let wanted { options = try await services.transcriptions.options(principal.owner, wanted) }
        let transcription = options
        return try await answering({ .file($0, .accepted) }) { draft in
            try await services.imports.start(
                principal.owner,
                url: body.url ?? "",
                title: body.title,
                youTubeOnly: youTubeOnly,
                transcription: transcription,
                answering: draft
            )
        }
    }
}

extension Answer {
    fileprivate static func file(_ file: AudioFile, _ status: HTTPResponse.Status) -> Answer {
        var answer = Answer.object(status: status) { $0.file(file) }
        answer.headers[.location] = "/api/v1/files/\(file.id.text)"
        return answer
    }
}

/// A body with a title.
struct TitleBody: Decodable {
    var title: String?
}

private struct ImportBody: Decodable {
    var url: String?
    var title: String?
    /// How to transcribe the recording as soon as it is there.
    var transcription: Wanted?

    struct Wanted: Decodable {
        var profileID: String?
        var options: OptionsPatch?

        enum CodingKeys: String, CodingKey {
            case options
            case profileID = "profile_id"
        }
    }
}
