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
                let job = try await call.services.transcriptions.diarize(principal.owner, id, speakers)
                var answer = Answer.object(status: .accepted) { json in
                    json.field("id", job.id.text)
                    json.field("source_transcription_id", id.text)
                    json.field("status", job.status.rawValue)
                }
                answer.headers[.location] = "/api/v1/transcriptions/\(job.id.text)"
                return answer
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
