import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Route {
    static let diarizations: [Route] = [
        Route(
            .post,
            "/api/v1/transcriptions/{id}:diarize",
            idempotency: .byBody,
            .scoped(.write) { call, principal in
                let id: TranscriptionID = try call.id()
                let speakers = try await call.jsonIfPresent(DiarizeBody.self)?.speakers ?? SpeakersPatch()
                return try await call.answering({ .queued($0, from: id).located($0) }) { draft in
                    try await call.services.transcriptions.diarize(principal.owner, id, speakers, answering: draft)
                }
            }
        )
    ]
}

/// What is known about the speakers, directly or below `options`.
private struct DiarizeBody: Decodable {
    var speakers: SpeakersPatch

    init(from decoder: any Decoder) throws {
        let nested = try decoder.container(keyedBy: Key.self).decodeIfPresent(SpeakersPatch.self, forKey: .options)
        speakers = try nested ?? SpeakersPatch(from: decoder)
    }

    private enum Key: String, CodingKey { case options }
}
