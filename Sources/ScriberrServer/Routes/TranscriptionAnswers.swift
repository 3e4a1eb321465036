import HTTPTypes
import ScriberrCore
import ScriberrServices

extension Answer {
    /// A job that was made of another.
    static func queued(_ job: Transcription, from source: TranscriptionID) -> Answer {
        .object(status: .accepted) { json in
            json.field("id", job.id.text)
            json.field("source_transcription_id", source.text)
            json.field("status", job.status.rawValue)
        }
    }

    /// A job that was made of a recording.
    static func submitted(_ job: Transcription, callback: JobCallback? = nil) -> Answer {
        .object(status: .accepted) { json in
            json.field("id", job.id.text)
            json.field("file_id", job.fileID.text)
            json.field("status", job.status.rawValue)
            if let callback { json.field("callback_secret", callback.secret) }
        }
    }

    /// Tells where a job is.
    func located(_ job: Transcription) -> Answer {
        var answer = self
        answer.headers[.location] = "/api/v1/transcriptions/\(job.id.text)"
        return answer
    }

    /// A new job, with the secret of whoever hears of its end.
    static func created(_ job: Transcription, callback: JobCallback?) -> Answer {
        Answer.object(status: .accepted) { json in
            // Its place in line is not known before the job is there.
            json.transcription(job, place: nil, diarization: nil)
            if let callback { json.field("callback_secret", callback.secret) }
        }.located(job)
    }

    /// A job that was told to stop.
    static func canceled(_ id: TranscriptionID) -> Answer {
        .object { json in
            json.field("id", id.text)
            json.field("status", JobStatus.canceled.rawValue)
        }
    }

    /// A job in full; `place` in line while it waits, `diarization` while another job tells its speakers apart.
    static func transcription(
        _ job: Transcription,
        place: QueuePlace? = nil,
        diarization: TranscriptionID?
    ) -> Answer {
        .object { $0.transcription(job, place: place, diarization: diarization) }
    }
}
