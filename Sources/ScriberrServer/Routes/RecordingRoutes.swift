import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Route {
    /// Recordings that come in pieces from a microphone.
    static let recordings: [Route] = [
        Route(
            .get,
            "/api/v1/recordings",
            .scoped(.read) { call, principal in
                .list(try await call.services.recordings.list(principal.owner), next: nil) { $0.recording($1) }
            }
        ),
        Route(
            .post,
            "/api/v1/recordings",
            .scoped(.write) { call, principal in
                let body = try await call.json(RecordingBody.self)
                let recording = try await call.services.recordings.start(
                    principal.owner,
                    title: body.title ?? "",
                    mimeType: body.mimeType ?? ""
                )
                return .object(status: .created) { $0.recording(recording) }
            }
        ),
        Route(
            .put,
            "/api/v1/recordings/{id}/pieces/{number}",
            .scoped(.write) { call, principal in
                // A piece has one address: neither `01` nor `+1` names one.
                guard let text = call.parameters["number"], let number = Int(text), number >= 0, text == "\(number)" else {
                    throw ScriberrError.nothingHere
                }
                let id: RecordingID = try call.id()
                let bytes = try await call.intake.collect(upTo: RecordingService.pieceBytesMax)
                let recording = try await call.services.recordings.append(principal.owner, id, number: number, bytes)
                return .object { $0.recording(recording) }
            }
        ),
        Route(
            .post,
            "/api/v1/recordings/{id}:finish",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let id: RecordingID = try call.id()
                let body = try await call.jsonIfPresent(RecordingBody.self)
                let request = NewTranscription(
                    title: body?.title,
                    profileID: body?.profileID,
                    options: body?.options ?? OptionsPatch()
                )
                return try await call.answering({ .submitted($0) }) { draft in
                    try await call.services.recordings.finish(principal.owner, id, request, answering: draft)
                }
            }
        ),
        Route(
            .delete,
            "/api/v1/recordings/{id}",
            .scoped(.write) { call, principal in
                let id: RecordingID = try call.id()
                try await call.services.recordings.delete(principal.owner, id)
                return .nothing
            }
        ),
        Route(
            .get,
            "/api/v1/export-formats",
            .scoped(.read) { _, _ in
                .list(TranscriptExports.all.map(\.format), next: nil) { json, format in
                    json.field("id", format.id)
                    json.field("name", format.name)
                    json.field("media_type", format.mediaType)
                    json.field("file_extension", format.fileExtension)
                    json.field("options", format.options)
                }
            }
        ),
    ]
}

extension JSONWriter {
    fileprivate mutating func recording(_ recording: Recording) {
        field("id", recording.id.text)
        field("title", recording.title)
        field("mime_type", recording.mimeType)
        field("pieces", recording.pieces)
        field("size_bytes", recording.sizeBytes)
        field("created_at", recording.createdAt)
        field("updated_at", recording.updatedAt)
    }
}

private struct RecordingBody: Decodable {
    var title: String?
    var mimeType: String?
    var profileID: String?
    var options: OptionsPatch?

    enum CodingKeys: String, CodingKey {
        case title, options
        case mimeType = "mime_type"
        case profileID = "profile_id"
    }
}
