package import ScriberrCore

extension JobSQL {
    /// See ``JobStore/requestCancel(_:owner:at:)``.
    package static func requestCancel(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        owner: UserID,
        at now: Timestamp
    ) throws -> CancelAnswer {
        if try cancelQueued(connection, job, owner, at: now) { return .canceled }
        try markRunning(connection, job, owner, at: now)
        let rows = try connection.query(
            "SELECT status, attempt FROM transcriptions WHERE id = $1 AND owner = $2",
            [.id(job), .id(owner)]
        )
        guard let row = rows.first else { return .notFound }
        let status: JobStatus = try row.choice("status")
        guard status == .processing else { return .alreadyTerminal(status) }
        let lease = Lease(job: job, attempt: try row.int("attempt"))
        raise(connection, .cancelRequested(lease))
        return .stopping(lease)
    }

    private static func cancelQueued(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        _ owner: UserID,
        at now: Timestamp
    ) throws -> Bool {
        let rows = try connection.query(
            """
            UPDATE transcriptions SET status = 'canceled', stage = 'canceled', cancel_requested_at = $1, updated_at = $2
            WHERE id = $3 AND owner = $4 AND status = 'queued' RETURNING progress
            """,
            [.time(now), .time(now), .id(job), .id(owner)]
        )
        guard let row = rows.first else { return false }
        try connection.perform("DELETE FROM checkpoints WHERE job = $1", [.id(job)])
        try Lanes.refresh(connection, owner: owner)
        let event = JobEvent(
            job: job,
            owner: owner,
            type: .transcriptionCanceled,
            status: .canceled,
            progress: try row.real("progress"),
            stage: .canceled
        )
        try event.append(connection, at: now)
        return true
    }

    /// Marks a running job once; the mark outlives restarts. Asking again changes nothing.
    private static func markRunning(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        _ owner: UserID,
        at now: Timestamp
    ) throws {
        let rows = try connection.query(
            """
            UPDATE transcriptions SET cancel_requested_at = $1, updated_at = $2
            WHERE id = $3 AND owner = $4 AND status = 'processing' AND cancel_requested_at IS NULL
            RETURNING progress, stage
            """,
            [.time(now), .time(now), .id(job), .id(owner)]
        )
        guard let row = rows.first else { return }
        let event = JobEvent(
            job: job,
            owner: owner,
            type: .transcriptionCanceling,
            status: .processing,
            progress: try row.real("progress"),
            stage: try row.choice("stage")
        )
        try event.append(connection, at: now)
    }

    /// Removes a job with all that belongs to it, whatever its state, and appends `transcription.deleted`. A worker that runs
    /// it loses its lease. Answers nil when there is no such job of this owner.
    package static func delete(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        owner: UserID,
        at now: Timestamp
    ) throws -> DeletedJob? {
        let rows = try connection.query(
            "DELETE FROM transcriptions WHERE id = $1 AND owner = $2 RETURNING status, attempt, file_id, blob_key",
            [.id(job), .id(owner)]
        )
        guard let row = rows.first else { return nil }
        try deleteDiarizations(connection, of: job, owner: owner, at: now)
        let status: JobStatus = try row.choice("status")
        var lease: Lease?
        if status == .queued { try Lanes.refresh(connection, owner: owner) }
        if status == .processing {
            let lost = Lease(job: job, attempt: try row.int("attempt"))
            raise(connection, .deleted(lost))
            lease = lost
        }
        try EventLog.append(
            connection,
            owner: owner,
            subject: job.text,
            type: .transcriptionDeleted,
            payload: #"{"id":"\#(job.text)"}"#,
            at: now
        )
        return DeletedJob(fileID: try row.id("file_id"), blobKey: try row.text("blob_key"), lease: lease)
    }
}

/// What a deleted job leaves to be cleaned up.
package struct DeletedJob: Sendable, Hashable {
    /// The recording it was made from.
    package var fileID: FileID
    /// Where its audio lies; ``JobSQL/refersToFile(_:_:)`` tells whether another job still needs it.
    package var blobKey: String
    /// The lease of the worker that ran it and has now lost it.
    package var lease: Lease?

    package init(fileID: FileID, blobKey: String, lease: Lease?) {
        self.fileID = fileID
        self.blobKey = blobKey
        self.lease = lease
    }
}
