package import ScriberrCore
import ScriberrStore

extension TranscriptionService {
    /// Queues a new job with what the old one was created with, changed by `options`. Who hears of the end of the old one hears of
    /// that of the new one too, and rules of its own for how long it is kept go along. Throws `NOT_FOUND`, or `CONFLICT` while the
    /// old one waits or runs.
    package func retry(
        _ owner: UserID,
        _ id: TranscriptionID,
        options patch: OptionsPatch = OptionsPatch(),
        answering draft: AnswerDraft<Transcription>? = nil
    ) async throws -> Transcription {
        let source = try await get(owner, id)
        let options = try patch.applied(to: source.options)
        if let target = source.diarizes {
            guard source.status.isTerminal else { throw Self.stillRuns(source) }
            try await models.validateSpeakers(options)
            return try await queueDiarization(owner, of: target, options, answering: draft)
        }
        if options != source.options { try await models.validate(options) }
        let now = clock.now()
        return try await database.write(answering: draft) { db in
            let source = try Self.find(db, owner, id)
            guard source.status.isTerminal else { throw Self.stillRuns(source) }
            // The file may be out of sight; its bytes stay for as long as a job refers to them.
            guard let file = try FileSQL.getEvenDeleted(db, source.fileID) else { throw ScriberrError.noFile }
            var new = job(file, source.title, options)
            new.retention = try RetentionSQL.rules(db, ofJob: id)
            let made = try new.enqueue(db, at: now)
            try JobCallback.pass(db, from: id, to: made, at: now)
            return made
        }
    }

    private static func stillRuns(_ job: Transcription) -> ScriberrError {
        ScriberrError(.conflict, "The transcription is \(job.status.rawValue); cancel it first.")
    }
}
