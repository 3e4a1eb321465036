package import ScriberrCore

extension JobSQL {
    /// See ``JobStore/complete(_:_:at:)``. A job that was asked to stop but has its result keeps the result.
    package static func complete(
        _ connection: any SQLConnection,
        _ lease: Lease,
        _ result: JobResult,
        at now: Timestamp
    ) throws -> Fenced {
        guard let held = try HeldJob(connection, lease) else { return .leaseLost }
        if let revision = result.revision, try !revise(connection, held, revision, result, at: now) {
            try endFailed(connection, held, .transcriptChanged, execution: .failed, at: now)
            return held.applied
        }
        try connection.perform(
            """
            UPDATE transcriptions SET status = 'completed', stage = 'completed', progress = 1, claimed_by = NULL,
                lease_expires_at = NULL, charge = 0, error_code = NULL, error_message = NULL, warnings = $1,
                detected_language = $2, audio_seconds = coalesce($3, audio_seconds), engine_provider = $4,
                engine_model = $5, engine_diarization_model = $6, completed_at = $7, updated_at = $8
            WHERE id = $9 AND status = 'processing' AND attempt = $10
            """,
            [
                .text(try encodeWarnings(result.warnings)), .text(result.detectedLanguage), .real(result.audioSeconds),
                .text(result.engine.provider), .text(result.engine.transcriptionModel),
                .text(result.engine.diarizationModel), .time(now), .time(now), .id(lease.job), .int(lease.attempt),
            ]
        )
        try closeCompleted(connection, lease, result, at: now)
        try held.removeCheckpoints(connection)
        try settleCharge(connection, held, audioSeconds: result.audioSeconds)
        if result.revision == nil {
            try storeTranscript(connection, lease.job, result, at: now)
            try Speed.note(connection, result, took: now - held.startedAt, at: now)
        }
        try held.event(.transcriptionCompleted, .completed, .completed, progress: 1).append(connection, at: now)
        return held.applied
    }

    /// See ``JobStore/fail(_:_:retryAt:at:)``. A job that was asked to stop is not tried again but ends as canceled.
    package static func fail(
        _ connection: any SQLConnection,
        _ lease: Lease,
        _ failure: FailureReport,
        retryAt: Timestamp?,
        at now: Timestamp
    ) throws -> Fenced {
        guard let held = try HeldJob(connection, lease) else { return .leaseLost }
        if let retryAt {
            if held.isCancelRequested {
                try endCanceled(connection, held, at: now)
            } else {
                try putBack(connection, held, .retry(failure, at: retryAt), at: now)
            }
        } else {
            try endFailed(connection, held, failure, execution: .failed, at: now)
        }
        return held.applied
    }

    /// See ``JobStore/cancel(_:at:)``.
    package static func cancel(_ connection: any SQLConnection, _ lease: Lease, at now: Timestamp) throws -> Fenced {
        guard let held = try HeldJob(connection, lease) else { return .leaseLost }
        try endCanceled(connection, held, at: now)
        return held.applied
    }

    /// See ``JobStore/release(_:at:)``. A job that was asked to stop is not put back but ends as canceled.
    package static func release(_ connection: any SQLConnection, _ lease: Lease, at now: Timestamp) throws -> Fenced {
        guard let held = try HeldJob(connection, lease) else { return .leaseLost }
        if held.isCancelRequested {
            try endCanceled(connection, held, at: now)
        } else {
            try putBack(connection, held, .release, at: now)
        }
        return held.applied
    }

    private static func closeCompleted(
        _ connection: any SQLConnection,
        _ lease: Lease,
        _ result: JobResult,
        at now: Timestamp
    ) throws {
        try connection.perform(
            """
            UPDATE executions SET status = 'completed', completed_at = $1, provider = coalesce($2, provider),
                model = coalesce($3, model)
            WHERE job = $4 AND number = $5
            """,
            [
                .time(now), .text(result.engine.provider), .text(result.engine.transcriptionModel), .id(lease.job),
                .int(lease.attempt),
            ]
        )
    }

    static func storeTranscript(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        _ result: JobResult,
        at now: Timestamp
    ) throws {
        if connection.dialect == .sqlite, try connection.execute(newTranscript, transcriptRow(job, result, now)) > 0 { return }
        // What is replaced stays an earlier version. Its speakers' names belong to labels that mean others now.
        try TranscriptVersionSQL.keepWhole(connection, job)
        try connection.perform(
            """
            \(transcriptInsertion)
            ON CONFLICT (job) DO UPDATE SET version = transcripts.version + 1, content = excluded.content,
                text = excluded.text, updated_at = excluded.updated_at, speakers = '{}', author = '', changes = 'diarize'
            """,
            transcriptRow(job, result, now)
        )
    }

    private static let transcriptInsertion =
        "INSERT INTO transcripts (job, version, content, text, updated_at) VALUES ($1, 1, $2, $3, $4)"

    /// Nearly every job has its first transcript, so that there is nothing to keep.
    private static let newTranscript = transcriptInsertion + " ON CONFLICT (job) DO NOTHING"

    private static func transcriptRow(_ job: TranscriptionID, _ result: JobResult, _ now: Timestamp) -> [SQLValue] {
        [.id(job), .blob(result.transcript), .text(result.text), .time(now)]
    }

    /// Replaces the estimate that the claim charged by what the job really was.
    private static func settleCharge(
        _ connection: any SQLConnection,
        _ held: HeldJob,
        audioSeconds: Double?
    ) throws {
        guard held.charge != 0, let audioSeconds, audioSeconds + 1 != held.charge else { return }
        try Lanes.refresh(connection, owner: held.owner, charge: audioSeconds + 1 - held.charge)
    }
}

extension JobSQL {
    /// Why a job goes back into the line.
    enum Return {
        /// Its worker stops.
        case release
        /// Its worker died or lost the lease.
        case crash
        /// It failed and is to be tried again.
        case retry(FailureReport, at: Timestamp)
    }

    /// Puts a job back at its old place: `queued_at` stays what it was.
    static func putBack(_ connection: any SQLConnection, _ held: HeldJob, _ why: Return, at now: Timestamp) throws {
        var failure: FailureReport?
        var due = now
        if case .retry(let report, let time) = why { (failure, due) = (report, time) }
        let stage: JobStage = failure == nil ? .recovered : .retrying
        let crash = if case .crash = why { 1 } else { 0 }
        try connection.perform(
            """
            UPDATE transcriptions SET status = 'queued', stage = $1, progress = 0, claimed_by = NULL,
                lease_expires_at = NULL, charge = 0, run_after = $2, is_due = $3, failures = failures + $4,
                crashes = crashes + $5, error_code = $6, error_message = $7, updated_at = $8
            WHERE id = $9 AND status = 'processing' AND attempt = $10
            """,
            [
                .text(stage.rawValue), .time(due), .bool(due <= now), .int(failure?.chargesAttempt == true ? 1 : 0),
                .int(crash), .text(failure?.code.rawValue), .text(failure?.message), .time(now), .id(held.lease.job),
                .int(held.lease.attempt),
            ]
        )
        try held.closeExecution(connection, failure == nil ? .interrupted : .failed, failure: failure, at: now)
        // Work that was taken away or not begun is not charged; a failed attempt is.
        try Lanes.refresh(connection, owner: held.owner, charge: failure?.chargesAttempt == true ? 0 : -held.charge)
        let retryAt = failure == nil ? nil : due
        try held.event(.transcriptionQueued, .queued, stage, progress: 0, failure: failure, retryAt: retryAt)
            .append(connection, at: now)
        raise(connection, due <= now ? .due : .dueLater(due))
    }

    /// Fails a job for good.
    static func endFailed(
        _ connection: any SQLConnection,
        _ held: HeldJob,
        _ failure: FailureReport,
        execution: Execution.Status,
        crashes: Int = 0,
        at now: Timestamp
    ) throws {
        try connection.perform(
            """
            UPDATE transcriptions SET status = 'failed', stage = 'failed', claimed_by = NULL, lease_expires_at = NULL,
                charge = 0, failures = failures + $1, crashes = crashes + $2, error_code = $3, error_message = $4,
                failed_at = $5, updated_at = $6
            WHERE id = $7 AND status = 'processing' AND attempt = $8
            """,
            [
                .int(failure.chargesAttempt ? 1 : 0), .int(crashes), .text(failure.code.rawValue), .text(failure.message),
                .time(now), .time(now), .id(held.lease.job), .int(held.lease.attempt),
            ]
        )
        try held.closeExecution(connection, execution, failure: failure, at: now)
        try held.removeCheckpoints(connection)
        try noteFailedDiarization(connection, held, failure, at: now)
        try held.event(.transcriptionFailed, .failed, .failed, failure: failure).append(connection, at: now)
    }

    /// Ends a running job as canceled.
    static func endCanceled(_ connection: any SQLConnection, _ held: HeldJob, at now: Timestamp) throws {
        try connection.perform(
            """
            UPDATE transcriptions SET status = 'canceled', stage = 'canceled', claimed_by = NULL, lease_expires_at = NULL,
                charge = 0, updated_at = $1
            WHERE id = $2 AND status = 'processing' AND attempt = $3
            """,
            [.time(now), .id(held.lease.job), .int(held.lease.attempt)]
        )
        try held.closeExecution(connection, .canceled, at: now)
        try held.removeCheckpoints(connection)
        try held.event(.transcriptionCanceled, .canceled, .canceled).append(connection, at: now)
    }
}
