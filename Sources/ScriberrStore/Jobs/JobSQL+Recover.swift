package import ScriberrCore

extension JobSQL {
    /// Finds leases that ended and jobs of dead processes. A predecessor on the same seat needs no word of its own:
    /// registering removed its row.
    package static let abandonedStatement = """
        SELECT job.id, job.attempt FROM transcriptions AS job LEFT JOIN instances AS owner ON owner.id = job.claimed_by
        WHERE job.status = 'processing' AND (
            job.lease_expires_at <= $1 OR (job.claimed_by <> $2 AND (owner.id IS NULL OR owner.seen_at < $3))
        ) ORDER BY job.priority DESC, job.queued_at, job.created_at, job.id
        """

    /// The leases that a recovery would end. Writes nothing.
    package static func abandoned(_ connection: any SQLConnection, _ request: RecoveryRequest) throws -> [Lease] {
        try connection.query(
            abandonedStatement,
            [.time(request.now), .id(request.instance), .time(request.deadBefore)]
        ).map { Lease(job: try $0.id("id"), attempt: try $0.int("attempt")) }
    }

    /// See ``JobStore/recover(_:)``.
    package static func recover(_ connection: any SQLConnection, _ request: RecoveryRequest) throws -> [RecoveredJob] {
        var recovered: [RecoveredJob] = []
        for lease in try abandoned(connection, request) {
            guard let held = try HeldJob(connection, lease) else { continue }
            recovered.append(RecoveredJob(lease: lease, fate: try takeBack(connection, held, request)))
        }
        try InstanceSQL.removeDead(connection, before: request.deadBefore, except: request.instance)
        return recovered
    }

    private static func takeBack(
        _ connection: any SQLConnection,
        _ held: HeldJob,
        _ request: RecoveryRequest
    ) throws -> RecoveredJob.Fate {
        if held.isCancelRequested {
            try endCanceled(connection, held, at: request.now)
            return .canceled
        }
        if held.crashes + 1 >= request.crashLimit {
            let failure = FailureReport(
                code: .jobQuarantined,
                message: "The job ended its process \(held.crashes + 1) times and is not tried again.",
                chargesAttempt: false
            )
            try endFailed(connection, held, failure, execution: .interrupted, crashes: 1, at: request.now)
            return .quarantined
        }
        try putBack(connection, held, .crash, at: request.now)
        return .queued
    }
}
