import ScriberrCore

/// What a fenced write must know of the job whose lease holds.
struct HeldJob {
    var lease: Lease
    var owner: UserID
    var isCancelRequested: Bool
    var progress: Double
    var charge: Double
    var startedAt: Timestamp
    var crashes: Int
    /// The finished transcription that the job works on; nil for a job that transcribes.
    var diarizes: TranscriptionID?

    /// The job, if this lease still holds. The row stays locked until the transaction ends, so that what follows in it
    /// cannot meet another attempt.
    init?(_ connection: any SQLConnection, _ lease: Lease) throws {
        let rows = try connection.query(Self.selection[connection.dialect], [.id(lease.job), .int(lease.attempt)])
        guard let row = rows.first else { return nil }
        self.lease = lease
        owner = try row.user("owner")
        isCancelRequested = try row.optionalTime("cancel_requested_at") != nil
        progress = try row.real("progress")
        charge = try row.real("charge")
        startedAt = try row.time("started_at")
        crashes = try row.int("crashes")
        diarizes = try row.optionalID("diarizes")
    }

    private static let selection = DialectText { dialect in
        """
        SELECT owner, cancel_requested_at, progress, charge, started_at, crashes, diarizes FROM transcriptions
        WHERE id = $1 AND status = 'processing' AND attempt = $2\(dialect == .postgres ? " FOR UPDATE" : "")
        """
    }

    /// The answer to a write that took effect.
    var applied: Fenced { isCancelRequested ? .appliedButCancelRequested : .applied }

    func event(
        _ type: EventType,
        _ status: JobStatus,
        _ stage: JobStage,
        progress: Double? = nil,
        failure: FailureReport? = nil,
        retryAt: Timestamp? = nil
    ) -> JobEvent {
        JobEvent(
            job: lease.job,
            owner: owner,
            type: type,
            status: status,
            progress: progress ?? self.progress,
            stage: stage,
            code: failure?.code,
            message: failure?.message,
            retryAt: retryAt
        )
    }

    /// Closes the attempt's row without a result.
    func closeExecution(
        _ connection: any SQLConnection,
        _ status: Execution.Status,
        failure: FailureReport? = nil,
        at now: Timestamp
    ) throws {
        try connection.perform(
            """
            UPDATE executions SET status = $1, failed_at = $2, error_code = $3, error_message = $4
            WHERE job = $5 AND number = $6 AND status = 'processing'
            """,
            [
                .text(status.rawValue), .time(now), .text(failure?.code.rawValue), .text(failure?.message), .id(lease.job),
                .int(lease.attempt),
            ]
        )
    }

    /// Removes what was kept for another attempt that will not come.
    func removeCheckpoints(_ connection: any SQLConnection) throws {
        try connection.perform("DELETE FROM checkpoints WHERE job = $1", [.id(lease.job)])
    }
}
