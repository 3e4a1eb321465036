import Crypto
import ScriberrCore
import ScriberrServices

extension JSONWriter {
    /// Writes the fields of a job as create, get and patch show it.
    mutating func transcription(_ job: Transcription, place: QueuePlace?, diarization: TranscriptionID?) {
        listedTranscription(job.summary)
        if let target = job.diarizes { field("source_transcription_id", target.text) }
        field("diarization", job.options.diarization)
        object("options") { $0.options(job.options) }
        object("engine") { json in
            json.field("provider", job.engine.provider)
            json.field("transcription_model", job.engine.transcriptionModel)
            json.field("diarization_model", job.engine.diarizationModel)
        }
        field("attempt", job.attempt)
        field("cancel_requested", job.cancelRequestedAt != nil)
        field("queued_at", job.queuedAt)
        field("started_at", job.startedAt)
        field("completed_at", job.completedAt)
        field("failed_at", job.failedAt)
        field("queue_position", place?.position)
        field("estimated_start_seconds", place?.estimatedSeconds)
        field("waiting_reason", place?.reason)
        field("diarization_job_id", diarization?.text)
    }

    /// Writes the fields of a job as lists show it.
    mutating func listedTranscription(_ job: TranscriptionSummary) {
        field("id", job.id.text)
        field("file_id", job.fileID.text)
        field("title", job.title)
        field("status", job.status.rawValue)
        field("progress", (job.progress * 1e6).rounded() / 1e6)
        field("progress_stage", job.stage.rawValue)
        field("duration_seconds", job.audioSeconds)
        field("created_at", job.createdAt)
        field("updated_at", job.updatedAt)
        field("language", job.language)
        field("detected_language", job.detectedLanguage)
        objects("warnings", job.warnings) { json, warning in
            json.field("code", warning.code)
            json.field("message", warning.message)
        }
        field("error", job.errorMessage)
        field("error_code", job.errorCode?.rawValue)
    }

    /// Writes where a search found a job.
    mutating func match(_ match: SearchMatch?) {
        object("match") { json in
            json.field("field", match?.field.rawValue)
            json.field("snippet", match?.snippet)
            json.field("start", match?.start)
        }
    }

    /// Writes the fields of options.
    mutating func options(_ options: TranscriptionOptions) {
        field("model", options.model)
        field("language", options.language)
        field("task", options.task.rawValue)
        field("diarization", options.diarization)
        field("speakers", options.speakers)
        field("min_speakers", options.minSpeakers)
        field("max_speakers", options.maxSpeakers)
        field("diarization_model", options.diarizationModel)
        field("hotwords", options.hotwords)
        field("start", options.start)
        field("end", options.end)
        field("device", options.device)
    }

    /// Writes the fields of an attempt.
    mutating func execution(_ execution: Execution) {
        let end = execution.completedAt ?? execution.failedAt
        let milliseconds = end.map { ($0 - execution.startedAt).wholeMilliseconds }
        field("id", execution.id.publicText)
        field("transcription_id", execution.job.text)
        field("number", execution.number)
        field("status", execution.status.rawValue)
        field("provider", execution.provider)
        field("model", execution.model)
        field("started_at", execution.startedAt)
        field("completed_at", execution.completedAt)
        field("failed_at", execution.failedAt)
        field("processing_duration_ms", milliseconds.flatMap { $0 < 0 ? nil : $0 })
        field("error", execution.errorMessage)
        field("error_code", execution.errorCode?.rawValue)
    }
}

extension ExecutionID {
    /// The identifier as clients see it: `exec_` and 32 digits in the form of a random UUID, always the same for one attempt.
    fileprivate var publicText: String {
        var bytes = Array(SHA256.hash(data: Array(text.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let groups = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
        return Self.prefix + groups.map { hexadecimal($0) }.joined(separator: "-")
    }
}
