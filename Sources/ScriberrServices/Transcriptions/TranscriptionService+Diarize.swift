package import ScriberrCore
import ScriberrStore

/// What a request says about the speakers of a finished transcription.
package struct SpeakersPatch: Sendable, Hashable, Decodable {
    package var speakers: Given<Int> = .absent
    package var minSpeakers: Given<Int> = .absent
    package var maxSpeakers: Given<Int> = .absent
    /// The speaker model; null for the default.
    package var model: Given<String> = .absent

    /// Asks for nothing in particular.
    package init() {}

    /// Reads a JSON object; unknown keys are ignored, a value of the wrong type is a `DecodingError`.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        speakers = try values.decodeGiven(forKey: .speakers)
        minSpeakers = try values.decodeGiven(forKey: .minSpeakers)
        maxSpeakers = try values.decodeGiven(forKey: .maxSpeakers)
        model = try values.decodeGiven(forKey: values.contains(.model) ? .model : .diarizationModel)
    }

    private enum Key: String, CodingKey {
        case speakers, model
        case minSpeakers = "min_speakers"
        case maxSpeakers = "max_speakers"
        case diarizationModel = "diarization_model"
    }

    /// The options of the job: those of the transcription, with diarization, and with these numbers of speakers only.
    func options(for job: Transcription) throws -> TranscriptionOptions {
        var patch = OptionsPatch()
        patch.diarization = .value(true)
        patch.speakers = speakers.isAbsent ? .null : speakers
        patch.minSpeakers = minSpeakers.isAbsent ? .null : minSpeakers
        patch.maxSpeakers = maxSpeakers.isAbsent ? .null : maxSpeakers
        patch.diarizationModel = model
        return try patch.applied(to: job.options)
    }
}

extension TranscriptionService {
    /// Queues a job that tells the speakers of a finished transcription apart anew. The transcription stays completed; when the
    /// job ends, its transcript has other speakers or a warning says why not. Throws `NOT_FOUND`, `VALIDATION_ERROR`, or `CONFLICT`
    /// unless the transcription is completed and no such job waits or runs.
    package func diarize(
        _ owner: UserID,
        _ id: TranscriptionID,
        _ patch: SpeakersPatch = SpeakersPatch(),
        answering draft: AnswerDraft<Transcription>? = nil
    ) async throws -> Transcription {
        let options = try patch.options(for: try await get(owner, id))
        try await models.validateSpeakers(options)
        return try await queueDiarization(owner, of: id, options, answering: draft)
    }

    /// The job that waits or runs to tell a transcription's speakers apart; nil when there is none.
    package func diarization(of job: Transcription) async throws -> TranscriptionID? {
        guard job.status == .completed else { return nil }
        return try await database.readBriefly { try JobSQL.activeDiarization($0, of: job.id) }
    }

    /// Queues the job with these options.
    func queueDiarization(
        _ owner: UserID,
        of id: TranscriptionID,
        _ options: TranscriptionOptions,
        answering draft: AnswerDraft<Transcription>?
    ) async throws -> Transcription {
        let (now, tries) = (clock.now(), maxAttempts)
        return try await database.write(answering: draft) { db in
            let target = try Self.find(db, owner, id)
            guard target.diarizes == nil else {
                throw ScriberrError(.conflict, "This job has no transcript of its own.")
            }
            guard target.status == .completed else {
                throw ScriberrError(.conflict, "There is no transcript: the transcription is \(target.status.rawValue).")
            }
            try JobSQL.lockForDiarization(db, id)
            if let other = try JobSQL.activeDiarization(db, of: id) {
                throw ScriberrError(.conflict, "The job \(other.text) already tells its speakers apart.")
            }
            let job = Transcription(
                id: .make(at: now),
                owner: owner,
                fileID: target.fileID,
                diarizes: id,
                title: target.title,
                options: options,
                maxAttempts: tries,
                audioSeconds: target.audioSeconds,
                createdAt: now
            )
            guard let blob = try JobSQL.blobKey(db, of: id) else { throw ScriberrError.noTranscription }
            try JobSQL.enqueue(db, job, blobKey: blob)
            return job
        }
    }
}
