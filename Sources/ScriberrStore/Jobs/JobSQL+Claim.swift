package import ScriberrCore

extension JobSQL {
    /// Whether a claim would find something, and when it would at the latest. Writes nothing.
    package static func look(
        _ connection: any SQLConnection,
        _ request: ClaimRequest
    ) throws -> (hasWork: Bool, nextDue: Timestamp?) {
        let next = try nextDue(connection)
        if let next, next <= request.now { return (true, next) }
        let (sql, arguments) = candidates(request, limit: 1, firstArgument: 1, dialect: nil)
        return (try !connection.query(sql, arguments).isEmpty, next)
    }

    /// See ``JobStore/claim(_:)``.
    package static func claim(_ connection: any SQLConnection, _ request: ClaimRequest) throws -> ClaimAnswer {
        var next = try nextDue(connection)
        if let due = next, due <= request.now {
            try promoteDue(connection, at: request.now)
            next = try nextDue(connection)
        }
        var jobs: [ClaimedJob] = []
        let perStatement = usesLanes(request) ? 1 : request.count
        while jobs.count < request.count {
            let claimed = try claimOnce(connection, request, limit: perStatement)
            for job in claimed { jobs.append(try start(connection, job, request)) }
            if claimed.isEmpty, !(try mendLane(connection, request)) { break }
            if !usesLanes(request) { break }
        }
        return ClaimAnswer(jobs: jobs, nextDue: next)
    }

    /// When the next job that waits for its time becomes due.
    package static func nextDue(_ connection: any SQLConnection) throws -> Timestamp? {
        try connection.query(
            "SELECT run_after FROM transcriptions WHERE status = 'queued' AND is_due = 0 ORDER BY run_after LIMIT 1",
            []
        ).first?.time("run_after")
    }

    /// The statement that gives jobs away: the first in line turn `processing`, and the statement answers them.
    package static func claimStatement(
        _ request: ClaimRequest,
        limit: Int,
        dialect: SQLDialect
    ) -> (sql: String, arguments: [SQLValue]) {
        let isFair = request.policy == .fairShare
        let charge = isFair ? "coalesce(audio_seconds, \(Lanes.unknownAudioSeconds)) + 1" : "0"
        let (line, lineArguments) = candidates(request, limit: limit, firstArgument: 5, dialect: dialect)
        // A list costs SQLite a table of its own.
        let isIt = limit == 1 ? "=" : "IN"
        let sql = """
            UPDATE transcriptions SET status = 'processing', attempt = attempt + 1, claimed_by = $1, lease_expires_at = $2,
                progress = 0.05, stage = 'preparing', error_code = NULL, error_message = NULL, charge = \(charge),
                started_at = $3, updated_at = $4
            WHERE id \(isIt) (\(line)) AND status = 'queued'
            RETURNING \(Transcription.columns), charge
            """
        let arguments: [SQLValue] = [
            .id(request.instance), .time(request.leaseExpiresAt), .time(request.now), .time(request.now),
        ]
        return (sql, arguments + lineArguments)
    }

    /// The first in line. Plain FIFO walks the line itself; the other rules go by lanes, whose heads are the only jobs that
    /// can be first.
    private static func candidates(
        _ request: ClaimRequest,
        limit: Int,
        firstArgument: Int,
        dialect: SQLDialect?
    ) -> (sql: String, arguments: [SQLValue]) {
        guard usesLanes(request) else {
            let lock = dialect == .postgres ? " FOR UPDATE SKIP LOCKED" : ""
            let sql = """
                SELECT id FROM transcriptions WHERE status = 'queued' AND is_due = 1
                ORDER BY priority DESC, queued_at, created_at, id LIMIT $\(firstArgument)\(lock)
                """
            return (sql, [.int(limit)])
        }
        let order =
            switch request.policy {
            case .fifo: "lane.head_queued_at, lane.head_created_at, lane.head_id"
            case .fairShare: "lane.virtual_time, lane.head_queued_at, lane.owner"
            }
        let room = """
            AND (SELECT count(*) FROM transcriptions AS busy WHERE busy.owner = lane.owner AND busy.status = 'processing')
                < $\(firstArgument)
            """
        let limitArgument = request.maxRunningPerOwner == nil ? firstArgument : firstArgument + 1
        let lock = dialect == .postgres ? " FOR UPDATE" : ""
        let sql = """
            SELECT lane.head_id FROM queue_lanes AS lane WHERE lane.head_id IS NOT NULL
            \(request.maxRunningPerOwner == nil ? "" : room)
            ORDER BY lane.priority DESC, \(order) LIMIT $\(limitArgument)\(lock)
            """
        return (sql, (request.maxRunningPerOwner.map { [.int($0)] } ?? []) + [.int(limit)])
    }

    private static func usesLanes(_ request: ClaimRequest) -> Bool {
        request.policy == .fairShare || request.maxRunningPerOwner != nil
    }

    private static func claimOnce(
        _ connection: any SQLConnection,
        _ request: ClaimRequest,
        limit: Int
    ) throws -> [(job: Transcription, charge: Double)] {
        let (sql, arguments) = claimStatement(request, limit: limit, dialect: connection.dialect)
        let rows = try connection.query(sql, arguments)
        return try rows.map { (try Transcription(row: $0), try $0.real("charge")) }.sorted { isBefore($0.job, $1.job) }
    }

    private static func isBefore(_ a: Transcription, _ b: Transcription) -> Bool {
        (-a.priority, a.queuedAt, a.createdAt, a.id.text) < (-b.priority, b.queuedAt, b.createdAt, b.id.text)
    }

    /// Everything that goes with a claim: the attempt's row, the owner's lane and account, the event.
    private static func start(
        _ connection: any SQLConnection,
        _ claimed: (job: Transcription, charge: Double),
        _ request: ClaimRequest
    ) throws -> ClaimedJob {
        let job = claimed.job
        if claimed.charge != 0 { try Lanes.advanceClock(connection, owner: job.owner, priority: job.priority) }
        try Lanes.refresh(connection, owner: job.owner, charge: claimed.charge)
        let execution = ExecutionID(job: job.id, attempt: job.attempt)
        try connection.execute(
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
    private static func mendLane(_ connection: any SQLConnection, _ request: ClaimRequest) throws -> Bool {
        guard usesLanes(request) else { return false }
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

extension ExecutionID {
    /// The identifier of a job's attempt: it follows from both, so that it needs no index of its own.
    init(job: TranscriptionID, attempt: Int) {
        self.init(trusted: "\(Self.prefix)\(job.text.dropFirst(TranscriptionID.prefix.count))-\(attempt)")
    }
}
