package import ScriberrCore

/// Jobs that tell the speakers of a finished transcription apart anew. Such a job has a row of its own and goes through the queue
/// like any other; the transcription that it works on stays `completed` all the while, and only its transcript, its options for
/// speakers and its warnings change, in the transaction that ends the job.
extension JobSQL {
    /// The code of the warning on a transcription whose speakers could not be told apart.
    package static let diarizationWarning = "DIARIZATION_FAILED"

    /// The job that waits or runs for a transcription's speakers. Whoever queues one where there is none takes the lock first.
    package static func activeDiarization(
        _ connection: any SQLConnection,
        of target: TranscriptionID
    ) throws -> TranscriptionID? {
        try connection.query(
            "SELECT id FROM transcriptions WHERE diarizes = $1 AND status IN ('queued', 'processing') ORDER BY queued_at LIMIT 1",
            [.id(target)]
        ).first?.id("id")
    }

    /// Holds off others that would queue such a job, until the end of the transaction.
    package static func lockForDiarization(_ connection: any SQLConnection, _ target: TranscriptionID) throws {
        guard connection.dialect == .postgres else { return }
        _ = try connection.query("SELECT id FROM transcriptions WHERE id = $1 FOR UPDATE", [.id(target)])
    }

    /// Replaces the transcript of the finished transcription that a job worked on. False when it is no longer the one that
    /// was read.
    static func revise(
        _ connection: any SQLConnection,
        _ held: HeldJob,
        _ revision: JobResult.Revision,
        _ result: JobResult,
        at now: Timestamp
    ) throws -> Bool {
        let lock = connection.dialect == .postgres ? " FOR UPDATE" : ""
        let version = try connection.query(
            "SELECT version FROM transcripts WHERE job = $1\(lock)",
            [.id(revision.target)]
        ).first?.int("version")
        guard version == revision.version, let target = try get(connection, revision.target),
            let job = try get(connection, held.lease.job)
        else { return false }
        try storeTranscript(connection, target.id, result, at: now)
        var options = target.options
        options.takeSpeakers(from: job.options)
        try update(
            connection,
            target,
            options: options,
            diarizationModel: result.engine.diarizationModel,
            warnings: target.warnings.filter { $0.code != diarizationWarning },
            at: now
        )
        return true
    }

    /// Tells on the finished transcription that its speakers could not be told apart anew; it keeps what it has.
    static func noteFailedDiarization(
        _ connection: any SQLConnection,
        _ held: HeldJob,
        _ failure: FailureReport,
        at now: Timestamp
    ) throws {
        guard let id = held.diarizes, let target = try get(connection, id) else { return }
        let warning = JobWarning(
            code: diarizationWarning,
            message: "Speakers could not be told apart: \(failure.message) (\(failure.code.rawValue))"
        )
        try update(
            connection,
            target,
            options: target.options,
            diarizationModel: target.engine.diarizationModel,
            warnings: target.warnings.filter { $0.code != diarizationWarning } + [warning],
            at: now
        )
    }

    /// Removes the jobs that work or worked on a transcription that goes.
    static func deleteDiarizations(
        _ connection: any SQLConnection,
        of target: TranscriptionID,
        owner: UserID,
        at now: Timestamp
    ) throws {
        let rows = try connection.query("SELECT id FROM transcriptions WHERE diarizes = $1", [.id(target)])
        for row in rows { _ = try delete(connection, try row.id("id"), owner: owner, at: now) }
    }

    private static func update(
        _ connection: any SQLConnection,
        _ target: Transcription,
        options: TranscriptionOptions,
        diarizationModel: String?,
        warnings: [JobWarning],
        at now: Timestamp
    ) throws {
        try connection.execute(
            """
            UPDATE transcriptions SET options = $1, engine_diarization_model = $2, warnings = $3, updated_at = $4 WHERE id = $5
            """,
            [
                .text(try OptionsText.encode(options)), .text(diarizationModel), .text(try encodeWarnings(warnings)), .time(now),
                .id(target.id),
            ]
        )
        try EventLog.note(
            connection,
            owner: target.owner,
            subject: target.id.text,
            type: .transcriptionUpdated,
            payload: #"{"id":"\#(target.id.text)","status":"\#(target.status.rawValue)"}"#,
            at: now
        )
    }
}

extension TranscriptionOptions {
    /// What is known about the speakers becomes that of `other`.
    fileprivate mutating func takeSpeakers(from other: TranscriptionOptions) {
        diarization = other.diarization
        (speakers, minSpeakers, maxSpeakers) = (other.speakers, other.minSpeakers, other.maxSpeakers)
        diarizationModel = other.diarizationModel
    }
}

extension FailureReport {
    /// Somebody changed the transcript while the job worked on it.
    static let transcriptChanged = FailureReport(
        code: .conflict,
        message: "The transcript was changed in the meantime.",
        chargesAttempt: false
    )
}
