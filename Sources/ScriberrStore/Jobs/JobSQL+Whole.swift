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

    /// Claims by plain FIFO. The requests are of one process and take the same jobs; the first in line go to the first of them.
    static func claimWhole(_ connection: any SQLConnection, _ requests: [ClaimRequest]) throws -> [WholeClaim] {
        guard let request = together(requests) else { return [] }
        let shape = ClaimShape(request, isSingle: request.count == 1)
        let (_, arguments) = claimStatement(request, limit: request.count, dialect: connection.dialect)
        let rows = try connection.queryWhole(shape.wholeClaim, arguments)
        guard let first = rows.first else { return requests.map { _ in .isDue } }
        if try first.bool("lanes_kept") { return requests.map { _ in .lanesAreKept } }
        let next = try first.optionalTime("next_due")
        let claimed = try claimedJobs(rows.filter { $0.value("id") != .null }, by: request)
        if claimed.isEmpty, let next, next <= request.now { return requests.map { _ in .isDue } }
        if !claimed.isEmpty { EventLog.wakeReaders(connection) }
        var rest = claimed[...]
        return requests.map { request in
            let own = rest.prefix(request.count)
            rest = rest.dropFirst(request.count)
            return .answer(ClaimAnswer(jobs: own.map { ClaimedJob(of: $0.job) }, nextDue: next))
        }
    }

    /// One request for as many jobs as all of them want. Each lease lasts at least as long as was asked for.
    private static func together(_ requests: [ClaimRequest]) -> ClaimRequest? {
        guard var request = requests.first else { return nil }
        for other in requests.dropFirst() {
            request.count += other.count
            request.leaseExpiresAt = max(request.leaseExpiresAt, other.leaseExpiresAt)
            request.now = max(request.now, other.now)
        }
        return request
    }

    /// Ends attempts with their results. Answers what became of each; nil for one that has to go the long way, which tells why, and of
    /// which nothing was written. All must be plain.
    static func completeWhole(
        _ connection: PostgresConnection,
        _ completions: [Completion],
        notesSpeed: Bool
    ) throws -> [Fenced?] {
        // Rows are locked in this order, by everyone.
        let sorted = completions.sorted { $0.lease.job.text < $1.lease.job.text }
        let sql = notesSpeed ? measuringCompletion : wholeCompletion
        let rows = try connection.queryWhole(sql, columns: try columns(sorted))
        var ended: [Lease: Fenced] = [:]
        for row in rows {
            let lease = Lease(job: try row.id("job"), attempt: try row.int("attempt"))
            ended[lease] = try row.bool("is_canceled") ? .appliedButCancelRequested : .applied
        }
        if !rows.isEmpty { EventLog.wakeReaders(connection) }
        return completions.map { ended[$0.lease] }
    }

    /// The statements that are whole transactions of completions, claims and enqueues, for whoever looks at their plans.
    static func wholeStatements(_ request: ClaimRequest) -> [String] {
        [wholeCompletion, measuringCompletion, ClaimShape(request, isSingle: false).wholeClaim, wholeEnqueues]
    }

    private static func columns(_ completions: [Completion]) throws -> [PostgresArray] {
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

    // The charge is settled in lanes, which look at what this statement changes: whoever was charged goes the long way. So does who
    // lost the lease, and a job that has a transcript already, by the failure of the insertion. The arrays are for the plan, which is
    // made once: joined to a table that was small then, it would walk all of it for ever.
    private static let wholeCompletion = completion(and: "")
    private static let measuringCompletion = completion(and: ", " + Speed.postgresNotes)

    private static func completion(and more: String) -> String {
        """
        WITH given AS (
            SELECT job, ($2::bigint[])[n] AS attempt, ($3::bigint[])[n] AS at, ($4::text[])[n] AS warnings,
                ($5::text[])[n] AS language, ($6::float8[])[n] AS audio, ($7::text[])[n] AS provider, ($8::text[])[n] AS model,
                ($9::text[])[n] AS diarization_model, ($10::bytea[])[n] AS content, ($11::text[])[n] AS words
            FROM unnest($1::text[]) WITH ORDINALITY AS given (job, n)
        ),
        plain AS (
            UPDATE transcriptions AS job SET status = 'completed', stage = 'completed', progress = 1, claimed_by = NULL,
                lease_expires_at = NULL, error_code = NULL, error_message = NULL, warnings = given.warnings,
                detected_language = given.language, audio_seconds = coalesce(given.audio, job.audio_seconds),
                engine_provider = given.provider, engine_model = given.model,
                engine_diarization_model = given.diarization_model, completed_at = given.at, updated_at = given.at
            FROM given
            WHERE job.id = ANY (ARRAY(SELECT job FROM given)) AND job.id = given.job AND job.attempt = given.attempt
                AND coalesce(job.status, '') = 'processing' AND job.charge = 0
            RETURNING given.*, job.owner, job.started_at, job.cancel_requested_at IS NOT NULL AS is_canceled
        ),
        closed AS (
            UPDATE executions AS run SET status = 'completed', completed_at = plain.at,
                provider = coalesce(plain.provider, run.provider), model = coalesce(plain.model, run.model)
            FROM plain
            WHERE run.job = ANY (ARRAY(SELECT job FROM plain)) AND run.job = plain.job AND run.number = plain.attempt
        ),
        emptied AS (DELETE FROM checkpoints WHERE job = ANY (ARRAY(SELECT job FROM plain))),
        stored AS (
            INSERT INTO transcripts (job, version, content, text, updated_at)
            SELECT job, 1, content, words, at FROM plain
        ),
        \(EventHorizon.place),
        noted AS (
            INSERT INTO events (sequence, owner, subject, type, payload, at)
            SELECT \(EventHorizon.next), owner, job, '\(EventType.transcriptionCompleted.rawValue)', '{"id":"' || job ||
                '","status":"completed","progress":1.0,"stage":"completed"}', at FROM place, plain
        )\(more)
        SELECT job, attempt, is_canceled FROM plain
        """
    }
}

extension ClaimedJob {
    /// A job as a claim left it.
    fileprivate init(of job: Transcription) {
        self.init(
            lease: Lease(job: job.id, attempt: job.attempt),
            job: job,
            execution: ExecutionID(job: job.id, attempt: job.attempt)
        )
    }
}
