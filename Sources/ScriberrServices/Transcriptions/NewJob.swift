import ScriberrCore
import ScriberrStore

/// A job that is about to be queued for a file.
struct NewJob: Sendable {
    var file: AudioFile
    /// Empty or nil for the file's title.
    var title: String?
    var options: TranscriptionOptions
    /// Failures of the kind that may pass, before the job fails for good.
    var maxAttempts: Int
    /// Rules of its own for how long it is kept; nil when those of its owner count.
    var retention: RetentionRules?
    /// Whether a job that already waits or runs for the same bytes with the same options will do.
    var joinsRunning = false
    /// A job for the same bytes with the same options that was completed since then will do as well; nil for none.
    var joinsCompletedSince: Timestamp?

    /// Queues the job with its event, in the caller's transaction, or joins its twin. Throws `CONFLICT` for a file that is not ready and
    /// `VALIDATION_ERROR` for a part that lies outside of it.
    @discardableResult
    func enqueue(_ db: any SQLConnection, at now: Timestamp) throws -> Transcription {
        let job = try made(at: now)
        if let twin = try twin(db) { return twin }
        try JobSQL.enqueue(db, job, blobKey: file.blobKey, foldedTitle: TitleFolding.fold(job.title))
        if let retention { try RetentionSQL.setRules(db, ofJob: job.id, retention) }
        return job
    }

    /// Whether the job is all that is written.
    var isPlain: Bool { retention == nil && !joinsRunning && joinsCompletedSince == nil }

    /// The same for one that is plain, in a transaction that it may share with others.
    func enqueue(_ jobs: SQLJobStore, at now: Timestamp) async throws -> Transcription {
        let job = try made(at: now)
        try await jobs.enqueue(job, blobKey: file.blobKey, foldedTitle: TitleFolding.fold(job.title))
        return job
    }

    private func made(at now: Timestamp) throws -> Transcription {
        guard file.status == .ready else {
            let reason = file.status == .processing ? "is still being fetched" : "could not be fetched"
            throw ScriberrError(.conflict, "The file \(reason).", field: "file_id")
        }
        guard !file.blobKey.isEmpty else {
            throw ScriberrError(.conflict, "The recording was deleted; its transcript is all that is left.", field: "file_id")
        }
        let name = (title ?? "").isEmpty ? file.title : title ?? file.title
        return Transcription(
            id: .make(at: now),
            owner: file.owner,
            fileID: file.id,
            title: name,
            options: options,
            maxAttempts: maxAttempts,
            audioSeconds: try partSeconds(),
            createdAt: now
        )
    }

    /// A job that will do instead of a new one.
    private func twin(_ db: any SQLConnection) throws -> Transcription? {
        if joinsRunning {
            let running = try TranscriptionSQL.active(db, file.owner, contentHash: file.contentHash)
            if let twin = try running.first(where: { try isTwin($0, db) }) { return twin }
        }
        guard let since = joinsCompletedSince else { return nil }
        let completed = try TranscriptionSQL.completed(db, file.owner, contentHash: file.contentHash, since: since)
        return try completed.first { try isTwin($0, db) }
    }

    /// One that is kept for longer or shorter is another job.
    private func isTwin(_ other: Transcription, _ db: any SQLConnection) throws -> Bool {
        try other.options == options && RetentionSQL.rules(db, ofJob: other.id) == retention
    }

    /// Length of the part to transcribe, when known.
    private func partSeconds() throws -> Double? {
        guard let duration = file.durationSeconds else { return options.end.map { $0 - (options.start ?? 0) } }
        let start = options.start ?? 0
        guard start < duration else {
            throw ScriberrError(
                .validation,
                "The recording ends before the part starts.",
                field: "options.start"
            )
        }
        return min(options.end ?? duration, duration) - start
    }
}
