import ScriberrCore

/// A worker's result that is to end its attempt.
struct Completion: Sendable {
    var lease: Lease
    var result: JobResult
    var at: Timestamp

    /// Whether it can be one row of many. What replaces another transcript is looked at first, and what is large travels alone.
    var isPlain: Bool { result.revision == nil && result.transcript.count + result.text.utf8.count <= Self.bytesMax }

    private static let bytesMax = 64 << 10
}

/// Transitions that PostgreSQL makes in one statement each, which is a whole transaction: one message there, one back. What they
/// do not know they leave alone, and say so.
extension JobSQL {
    /// What a claim in one statement came to.
    enum WholeClaim: Sendable {
        case answer(ClaimAnswer)
        /// A job whose time has come has to be put in its place first.
        case isDue
        /// Lanes are kept, and have to be kept up with.
        case lanesAreKept
    }

    /// Claims by plain FIFO.
    static func claimWhole(_ connection: any SQLConnection, _ request: ClaimRequest) throws -> WholeClaim {
        let shape = ClaimShape(request, isSingle: request.count == 1)
        let (_, arguments) = claimStatement(request, limit: request.count, dialect: connection.dialect)
        let rows = try connection.queryWhole(shape.wholeClaim, arguments)
        guard let first = rows.first else { return .isDue }
        if try first.bool("lanes_kept") { return .lanesAreKept }
        let next = try first.optionalTime("next_due")
        let claimed = try claimedJobs(rows.filter { $0.value("id") != .null }, by: request)
        if claimed.isEmpty, let next, next <= request.now { return .isDue }
        if !claimed.isEmpty { EventLog.wakeReaders(connection) }
        let jobs = claimed.map { job, _ in
            ClaimedJob(
                lease: Lease(job: job.id, attempt: job.attempt),
                job: job,
                execution: ExecutionID(job: job.id, attempt: job.attempt)
            )
        }
        return .answer(ClaimAnswer(jobs: jobs, nextDue: next))
    }

    /// Ends attempts with their results. Answers what became of each; nil for one that has to go the long way, of which nothing
    /// was written. All must be plain.
    static func completeWhole(
        _ connection: any SQLConnection,
        _ completions: [Completion],
        notesSpeed: Bool
    ) throws -> [Fenced?] {
        // Rows are locked in this order, by everyone.
        let sorted = completions.sorted { $0.lease.job.text < $1.lease.job.text }
        let sql = notesSpeed ? measuringCompletion : wholeCompletion
        let rows = try connection.queryWhole(sql, try arguments(sorted))
        var fates: [Lease: Fenced?] = [:]
        for row in rows {
            let lease = Lease(job: try row.id("job"), attempt: try row.int("attempt"))
            let fenced: Fenced = try row.bool("is_canceled") ? .appliedButCancelRequested : .applied
            fates.updateValue(try row.bool("is_plain") ? fenced : nil, forKey: lease)
        }
        if !rows.isEmpty { EventLog.wakeReaders(connection) }
        return completions.map { fates[$0.lease, default: .leaseLost] }
    }

    private static func arguments(_ completions: [Completion]) throws -> [SQLValue] {
        let results = completions.map(\.result)
        return [
            PostgresArray.texts(completions.map(\.lease.job.text)),
            PostgresArray.numbers(completions.map { Int64($0.lease.attempt) }),
            PostgresArray.numbers(completions.map(\.at.microseconds)),
            PostgresArray.texts(try results.map { try encodeWarnings($0.warnings) }),
            PostgresArray.texts(results.map(\.detectedLanguage)),
            PostgresArray.fractions(results.map(\.audioSeconds)),
            PostgresArray.texts(results.map(\.engine.provider)),
            PostgresArray.texts(results.map(\.engine.transcriptionModel)),
            PostgresArray.texts(results.map(\.engine.diarizationModel)),
            PostgresArray.bytes(results.map(\.transcript)),
            PostgresArray.texts(results.map(\.text)),
        ]
    }

    // The charge is settled in lanes, which look at what this statement changes: whoever was charged goes the long way. So does a
    // job that has a transcript already, by the failure of the insertion.
    private static let wholeCompletion = completion(and: "")
    private static let measuringCompletion = completion(and: ", " + Speed.postgresNotes)

    private static func completion(and more: String) -> String {
        """
        WITH given AS (
            SELECT * FROM unnest($1::text::text[], $2::text::bigint[], $3::text::bigint[], $4::text::text[], $5::text::text[],
                $6::text::float8[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::text[], $11::text::text[])
            AS given (job, attempt, at, warnings, language, audio, provider, model, diarization_model, content, words)
        ),
        held AS (
            SELECT given.*, job.owner, job.started_at, job.charge = 0 AS is_plain,
                job.cancel_requested_at IS NOT NULL AS is_canceled
            FROM given JOIN transcriptions AS job ON job.id = given.job AND job.attempt = given.attempt
            WHERE coalesce(job.status, '') = 'processing' FOR UPDATE OF job
        ),
        plain AS (SELECT * FROM held WHERE is_plain),
        ended AS (
            UPDATE transcriptions AS job SET status = 'completed', stage = 'completed', progress = 1, claimed_by = NULL,
                lease_expires_at = NULL, error_code = NULL, error_message = NULL, warnings = plain.warnings,
                detected_language = plain.language, audio_seconds = coalesce(plain.audio, job.audio_seconds),
                engine_provider = plain.provider, engine_model = plain.model,
                engine_diarization_model = plain.diarization_model, completed_at = plain.at, updated_at = plain.at
            FROM plain WHERE job.id = plain.job
        ),
        closed AS (
            UPDATE executions AS run SET status = 'completed', completed_at = plain.at,
                provider = coalesce(plain.provider, run.provider), model = coalesce(plain.model, run.model)
            FROM plain WHERE run.job = plain.job AND run.number = plain.attempt
        ),
        emptied AS (DELETE FROM checkpoints USING plain WHERE checkpoints.job = plain.job),
        stored AS (
            INSERT INTO transcripts (job, version, content, text, updated_at)
            SELECT job, 1, decode(content, 'hex'), words, at FROM plain
        ),
        noted AS (
            INSERT INTO events (owner, subject, type, payload, at)
            SELECT owner, job, '\(EventType.transcriptionCompleted.rawValue)', '{"id":"' || job ||
                '","status":"completed","progress":1.0,"stage":"completed"}', at FROM plain
        )\(more)
        SELECT job, attempt, is_plain, is_canceled FROM held
        """
    }
}
