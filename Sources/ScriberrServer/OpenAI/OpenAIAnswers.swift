import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Call {
    /// The text of a job that has ended, in the form that was asked for. Throws why there is none.
    func finished(_ job: Transcription, _ request: SpeechRequest, _ principal: Principal) async throws -> Answer {
        let transcript = try await text(of: job, principal)
        try request.check(job)
        var answer = Answer(status: .ok, headers: guestHeaders(job, ignored: request.ignored))
        switch request.format {
        case .json:
            answer.headers[.contentType] = "application/json; charset=utf-8"
            let seconds = job.audioSeconds ?? 0
            answer.body = .bytes(OpenAIMessages.answer(transcript, seconds: seconds, logprobs: request.wantsLogprobs))
        case .verboseJSON, .diarizedJSON:
            answer.headers[.contentType] = "application/json; charset=utf-8"
            answer.body = .bytes(try render(request.format.rawValue, transcript, job, request))
        case .text, .srt:
            answer.headers[.contentType] = "text/plain; charset=utf-8"
            answer.body = .bytes(try render(request.format == .srt ? "srt" : "txt", transcript, job, request))
        case .vtt:
            answer.headers[.contentType] = "text/vtt; charset=utf-8"
            answer.body = .bytes(try render("vtt", transcript, job, request))
        }
        return answer
    }

    /// The transcript of a job that has ended. Throws why there is none.
    func text(of job: Transcription, _ principal: Principal) async throws -> Transcript {
        switch job.status {
        case .completed: return try await services.transcriptions.finishedTranscript(principal.owner, job.id)
        case .canceled: throw ScriberrError(.conflict, "The transcription was canceled on the server.")
        default:
            throw ScriberrError(
                job.errorCode ?? .internalError,
                job.errorMessage ?? "The transcription failed.",
                field: job.errorCode == .mediaUnreadable ? "file" : nil
            )
        }
    }

    private func render(_ name: String, _ transcript: Transcript, _ job: Transcription, _ request: SpeechRequest) throws
        -> [UInt8]
    {
        var options = ExportOptions(speakers: request.format == .vtt ? nil : job.options.diarization, words: request.wantsWords)
        options.segments = request.wantsSegments
        options.title = job.title
        options.task = job.options.task
        options.durationSeconds = job.audioSeconds
        return try TranscriptExports.named(name).render(transcript, options)
    }
}

extension SpeechRequest {
    /// Who asked for speakers gets them or hears why not; the text is kept under the job's id.
    func check(_ job: Transcription) throws {
        let failure = job.warnings.first { $0.code == "DIARIZATION_FAILED" }
        guard format == .diarizedJSON, let failure else { return }
        throw ScriberrError(
            .engineUnavailable,
            "\(failure.message) The text is kept as \(job.id.text); ask for json to get it here."
        )
    }
}

/// What the answers of others' APIs have no place for: the job, what went less well, what made no difference.
func guestHeaders(_ job: Transcription, ignored: [String]) -> HTTPFields {
    var headers: HTTPFields = [.transcription: job.id.text]
    if let model = job.engine.transcriptionModel { headers[.usedModel] = model }
    if !job.warnings.isEmpty { headers[.warnings] = job.warnings.map(\.code).joined(separator: ", ") }
    if !ignored.isEmpty { headers[.ignoredFields] = ignored.joined(separator: ", ") }
    return headers
}
