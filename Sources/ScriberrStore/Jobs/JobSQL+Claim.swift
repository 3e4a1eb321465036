package import ScriberrCore

extension JobSQL {
    /// Whether a claim would find something, and when it would at the latest. Writes nothing.
    package static func look(
        _ connection: any SQLConnection,
        _ request: ClaimRequest
    ) throws -> (hasWork: Bool, nextDue: Timestamp?) {
        let next = try nextDue(connection)
        if let next, next <= request.now { return (true, next) }
        let shape = ClaimShape(request, isSingle: true)
        // The first claim by lanes makes them.
        if shape.goesByLanes, try !Lanes.areKept(connection) { return (true, next) }
        let sql = shape.look[connection.dialect]
        return (try !connection.query(sql, ClaimShape.arguments(request, limit: 1)).isEmpty, next)
    }

    /// See ``JobStore/claim(_:)``.
    package static func claim(_ connection: any SQLConnection, _ request: ClaimRequest) throws -> ClaimAnswer {
        let goesByLanes = ClaimShape(request, isSingle: true).goesByLanes
        if connection.dialect == .postgres, !goesByLanes { return try claimAtOnce(connection, request) }
        if goesByLanes, connection.dialect == .postgres { try Lanes.takeTurn(connection) }
        let outset = try Outset(connection)
        if outset.isPaused { return ClaimAnswer(jobs: [], nextDue: nil) }
        if goesByLanes, !outset.areLanesKept { try Lanes.takeTurn(connection) }
        let keepsLanes = goesByLanes || outset.areLanesKept
        var next = outset.nextDue
        if let due = next, due <= request.now {
            try promoteDue(connection, at: request.now)
            next = try nextDue(connection)
        }
        var jobs: [ClaimedJob] = []
        var missed = 0
        let perStatement = goesByLanes ? 1 : request.count
        while jobs.count < request.count {
            let claimed = try claimOnce(connection, request, limit: perStatement)
            for job in claimed { jobs.append(try start(connection, job, request, keepsLanes: keepsLanes)) }
            if !goesByLanes { break }
            guard claimed.isEmpty else { continue }
            // A head that was canceled while we waited for it leaves the next one to be taken.
            missed += 1
            guard try mendLane(connection) || (missed < missedMax && look(connection, request).hasWork) else { break }
        }
        return ClaimAnswer(jobs: jobs, nextDue: next)
    }

    /// A claim whose parts travel together: the statement itself gives nothing away while the queue is paused, or while a job whose
    /// time has come is not in its place yet.
    private static func claimAtOnce(_ connection: any SQLConnection, _ request: ClaimRequest) throws -> ClaimAnswer {
        let claim = claimStatement(request, limit: request.count, dialect: connection.dialect)
        let answers = try connection.queries([(nextDueStatement, []), claim])
        var (next, claimed) = (try answers[0].first?.time("run_after"), try claimedJobs(answers[1], by: request))
        if let due = next, due <= request.now {
            guard try QueuePauseSQL.pause(connection) == nil else { return ClaimAnswer(jobs: [], nextDue: nil) }
            try promoteDue(connection, at: request.now)
            next = try nextDue(connection)
            claimed = try claimOnce(connection, request, limit: request.count)
        }
        return ClaimAnswer(jobs: try claimed.map { try start(connection, $0, request, keepsLanes: true) }, nextDue: next)
    }

    /// What a claim has to know first, by one statement.
    private struct Outset {
        var isPaused = false
        var areLanesKept = false
        var nextDue: Timestamp?

        init(_ connection: any SQLConnection) throws {
            guard let row = try connection.query(Self.statement, []).first else { return }
            isPaused = try row.bool("paused")
            areLanesKept = try row.bool("lanes_kept")
            nextDue = try row.optionalTime("run_after")
        }

        private static let statement = """
            SELECT (SELECT count(*) FROM queue_pause) AS paused, lanes_kept, (\(ClaimShape.nextDue)) AS run_after
            FROM queue_clock WHERE id = 1
            """
    }

    /// When the next job that waits for its time becomes due.
    package static func nextDue(_ connection: any SQLConnection) throws -> Timestamp? {
        try connection.query(nextDueStatement, []).first?.time("run_after")
    }

    private static let nextDueStatement = ClaimShape.nextDue

    /// The statement that finds the first in line and answers them as they will be when they are given away. On PostgreSQL it gives
    /// them away too.
    package static func claimStatement(
        _ request: ClaimRequest,
        limit: Int,
        dialect: SQLDialect
    ) -> (sql: String, arguments: [SQLValue]) {
        let shape = ClaimShape(request, isSingle: limit == 1)
        if dialect == .sqlite { return (shape.claim[dialect], ClaimShape.arguments(request, limit: limit)) }
        let arguments: [SQLValue] = [
            .id(request.instance), .time(request.leaseExpiresAt), .time(request.now), .time(request.now),
        ]
        let guarded: [SQLValue] = shape.isGuarded(dialect) ? [.time(request.now)] : []
        return (shape.claim[dialect], arguments + guarded + ClaimShape.arguments(request, limit: limit))
    }

    private static func claimOnce(
        _ connection: any SQLConnection,
        _ request: ClaimRequest,
        limit: Int
    ) throws -> [(job: Transcription, charge: Double)] {
        let (sql, arguments) = claimStatement(request, limit: limit, dialect: connection.dialect)
        let rows = try connection.query(sql, arguments)
        let claimed = try claimedJobs(rows, by: request)
        if connection.dialect == .sqlite { try give(connection, rows, request) }
        return claimed
    }

    static func claimedJobs(
        _ rows: [any SQLRow],
        by request: ClaimRequest
    ) throws -> [(job: Transcription, charge: Double)] {
        try rows.map { (try Transcription(claimed: $0, by: request), try $0.real("charge")) }.sorted { isBefore($0.job, $1.job) }
    }

    private static func isBefore(_ a: Transcription, _ b: Transcription) -> Bool {
        (-a.priority, a.queuedAt, a.createdAt, a.id.text) < (-b.priority, b.queuedAt, b.createdAt, b.id.text)
    }

    /// Everything that goes with a claim: the attempt's row, the owner's lane and account, the event.
    private static func start(
        _ connection: any SQLConnection,
        _ claimed: (job: Transcription, charge: Double),
        _ request: ClaimRequest,
        keepsLanes: Bool
    ) throws -> ClaimedJob {
        let job = claimed.job
        if claimed.charge != 0 { try Lanes.advanceClock(connection, owner: job.owner, priority: job.priority) }
        if keepsLanes { try Lanes.refresh(connection, owner: job.owner, charge: claimed.charge) }
        let execution = ExecutionID(job: job.id, attempt: job.attempt)
        try connection.perform(
            "INSERT INTO executions (job, number, id, status, started_at) VALUES ($1, $2, $3, 'processing', $4)",
            [.id(job.id), .int(job.attempt), .id(execution), .time(request.now)]
        )
        let event = JobEvent(
            job: job.id,
            owner: job.owner,
            type: .transcriptionProgress,
            status: .processing,
            progress: job.progress,
            stage: job.stage
        )
        try event.append(connection, at: request.now)
        return ClaimedJob(lease: Lease(job: job.id, attempt: job.attempt), job: job, execution: execution)
    }

    /// Jobs whose time has come enter the line at their place.
    private static func promoteDue(_ connection: any SQLConnection, at now: Timestamp) throws {
        let rows = try connection.query(
            """
            UPDATE transcriptions SET is_due = 1
            WHERE status = 'queued' AND is_due = 0 AND run_after <= $1 RETURNING owner
            """,
            [.time(now)]
        )
        for owner in Set(try rows.map { try $0.user("owner") }) { try Lanes.refresh(connection, owner: owner) }
    }

    /// A lane whose head cannot be claimed would block the line for ever. It should never happen; if it does, the head is
    /// found anew and the claim goes on.
    private static func mendLane(_ connection: any SQLConnection) throws -> Bool {
        let stale = try connection.query(
            """
            SELECT lane.owner FROM queue_lanes AS lane WHERE lane.head_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM transcriptions AS job WHERE job.id = lane.head_id AND job.status = 'queued' AND job.is_due = 1
            ) LIMIT 1
            """,
            []
        )
        guard let owner = try stale.first?.user("owner") else { return false }
        try Lanes.refresh(connection, owner: owner)
        return true
    }
}

/// How often a claim looks again for a head that somebody else took away.
private let missedMax = 10

extension ExecutionID {
    /// The identifier of a job's attempt: it follows from both, so that it needs no index of its own.
    init(job: TranscriptionID, attempt: Int) {
        self.init(trusted: "\(Self.prefix)\(job.text.dropFirst(TranscriptionID.prefix.count))-\(attempt)")
    }
}
