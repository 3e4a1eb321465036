package import ScriberrCore

/// The statements of the queue, as plain functions inside a transaction of the caller, so that a service can combine them
/// with its own and a simulation can run them on its own thread.
///
/// The words of states stand in the statements as literals: with a bound value SQLite would plan the statement anew at each
/// execution to find out whether a partial index applies, which doubles its cost.
package enum JobSQL {}

extension JobSQL {
    /// Puts a new job into the queue, with its `transcription.created` and `.queued` events, and wakes workers after the commit.
    ///
    /// `blobKey` says where its audio lies for as long as the job lives. `foldedTitle` is what lists sort and search by;
    /// it follows from the title when left out.
    package static func enqueue(
        _ connection: any SQLConnection,
        _ job: Transcription,
        blobKey: String,
        foldedTitle: String? = nil
    ) throws {
        precondition(job.status == .queued && job.attempt == 0, "Only a new job can be put into the queue.")
        let isDue = job.runAfter <= job.createdAt
        let row: [SQLValue] = [
            .id(job.id), .id(job.owner), .id(job.fileID), .text(job.diarizes?.text), .text(blobKey), .text(job.title),
            .text(foldedTitle ?? TitleFolding.fold(job.title)), .text(try OptionsText.encode(job.options)),
            .int(job.priority), .time(job.queuedAt), .time(job.runAfter), .bool(isDue), .int(job.maxAttempts),
            .real(job.audioSeconds), .time(job.createdAt), .time(job.updatedAt),
            .text(job.options.model), .bool(job.options.device == "cuda"),
        ]
        if connection.dialect == .postgres, isDue {
            try connection.perform(wholeEnqueue, row + [.text(JobEvent(born: job).payload)])
            EventLog.wakeReaders(connection)
        } else {
            try connection.perform(insertion, row)
            if isDue { try Lanes.noteArrival(connection, job) } else { try Lanes.open(connection, job) }
            for type in JobEvent.births { try JobEvent(born: job, type).append(connection, at: job.createdAt) }
        }
        raise(connection, isDue ? .due : .dueLater(job.runAfter))
        let signals = connection.signals
        // A worker that wakes while the disk is waited for has its claim ready when the job can be taken.
        if isDue { connection.beforeCommit { signals.jobs.raise(.due) } }
    }

    private static let insertion = """
        INSERT INTO transcriptions (id, owner, file_id, diarizes, blob_key, title, title_folded, status, options, priority,
            queued_at, run_after, is_due, max_attempts, stage, audio_seconds, created_at, updated_at, needs_model,
            needs_cuda)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9, $10, $11, $12, $13, 'queued', $14, $15, $16, $17, $18)
        """

    /// The same with lane and events, as PostgreSQL can do it in one statement.
    private static let wholeEnqueue = """
        WITH job AS (\(insertion)), lane AS (
            \(Lanes.arrivalText(.postgres, owner: 2, priority: 9, queuedAt: 10, createdAt: 15, id: 1))
        )
        INSERT INTO events (owner, subject, type, payload, at)
        SELECT $2, $1, type, $19, $15 FROM \(JobEvent.birthTable)
        """

    /// Tells listeners once the transaction is durable.
    static func raise(_ connection: any SQLConnection, _ notice: JobNotice) {
        let signals = connection.signals
        connection.afterCommit { signals.jobs.raise(notice) }
    }
}
