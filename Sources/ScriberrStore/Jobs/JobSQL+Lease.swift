package import ScriberrCore

extension JobSQL {
    /// See ``JobStore/renew(_:until:at:)``.
    package static func renew(
        _ connection: any SQLConnection,
        _ leases: [Lease],
        until expiry: Timestamp
    ) throws -> [LeaseAnswer] {
        var fates: [Lease: Fenced] = [:]
        for start in stride(from: 0, to: leases.count, by: leasesPerStatement) {
            let some = leases[start..<min(start + leasesPerStatement, leases.count)]
            for (lease, fenced) in try renewSome(connection, some, until: expiry) { fates[lease] = fenced }
        }
        return leases.map { LeaseAnswer(lease: $0, fenced: fates[$0] ?? .leaseLost) }
    }

    private static func renewSome(
        _ connection: any SQLConnection,
        _ leases: ArraySlice<Lease>,
        until expiry: Timestamp
    ) throws -> [(Lease, Fenced)] {
        // Few sizes of statement, so that each is prepared once; the last lease fills up.
        let size = [1, 4, 16, leasesPerStatement].first { $0 >= leases.count } ?? leasesPerStatement
        let padded = leases + Array(repeating: leases[leases.endIndex - 1], count: size - leases.count)
        let pairs = (0..<size).map { "($\(2 * $0 + 3), $\(2 * $0 + 4))" }.joined(separator: ", ")
        // A renewal that arrives late does not take back what a later one gave. One that is more than a minute shorter does:
        // the clock was set back.
        let rows = try connection.query(
            """
            UPDATE transcriptions SET lease_expires_at =
                CASE WHEN lease_expires_at - $1 BETWEEN 0 AND 60000000 THEN lease_expires_at ELSE $2 END
            WHERE status = 'processing' AND (id, attempt) IN (VALUES \(pairs))
            RETURNING id, attempt, cancel_requested_at
            """,
            [.time(expiry), .time(expiry)] + padded.flatMap { [.id($0.job), .int($0.attempt)] }
        )
        return try rows.map { row in
            let lease = Lease(job: try row.id("id"), attempt: try row.int("attempt"))
            return (lease, try row.optionalTime("cancel_requested_at") == nil ? .applied : .appliedButCancelRequested)
        }
    }

    /// See ``JobStore/progress(_:_:at:)``. A report that changes nothing leaves no event.
    package static func progress(
        _ connection: any SQLConnection,
        _ lease: Lease,
        _ report: ProgressReport,
        at now: Timestamp
    ) throws -> Fenced {
        guard let held = try HeldJob(connection, lease) else { return .leaseLost }
        let progress = max(held.progress, min(1, report.progress))
        let changed = try connection.execute(
            """
            UPDATE transcriptions SET progress = $1, stage = $2
            WHERE id = $3 AND status = 'processing' AND attempt = $4 AND (progress < $5 OR stage <> $6)
            """,
            [
                .real(progress), .text(report.stage.rawValue), .id(lease.job), .int(lease.attempt), .real(progress),
                .text(report.stage.rawValue),
            ]
        )
        if changed > 0 {
            let event = held.event(.transcriptionProgress, .processing, report.stage, progress: progress)
            try event.append(connection, at: now)
        }
        return held.applied
    }

    /// See ``JobStore/describe(_:provider:model:)``.
    package static func describe(
        _ connection: any SQLConnection,
        _ lease: Lease,
        provider: String,
        model: String
    ) throws -> Fenced {
        guard let held = try HeldJob(connection, lease) else { return .leaseLost }
        try connection.perform(
            "UPDATE executions SET provider = $1, model = $2 WHERE job = $3 AND number = $4",
            [.text(provider), .text(model), .id(lease.job), .int(lease.attempt)]
        )
        return held.applied
    }

    /// See ``JobStore/checkpoint(_:_:at:)``.
    package static func checkpoint(
        _ connection: any SQLConnection,
        _ lease: Lease,
        _ checkpoint: Checkpoint,
        at now: Timestamp
    ) throws -> Fenced {
        guard let held = try HeldJob(connection, lease) else { return .leaseLost }
        // Who never got the answer of a commit stores a piece again; it is announced once.
        let stored = try connection.execute(
            """
            INSERT INTO checkpoints (job, step, piece, fingerprint, payload, attempt, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (job, step, piece) DO UPDATE SET fingerprint = excluded.fingerprint, payload = excluded.payload,
                attempt = excluded.attempt, created_at = excluded.created_at
            WHERE checkpoints.attempt <> excluded.attempt OR checkpoints.fingerprint <> excluded.fingerprint
                OR checkpoints.payload <> excluded.payload
            """,
            [
                .id(lease.job), .text(checkpoint.step), .int(checkpoint.piece), .text(checkpoint.fingerprint),
                .blob(checkpoint.payload), .int(lease.attempt), .time(now),
            ]
        )
        if stored > 0, let announcement = checkpoint.announcement {
            try EventLog.note(
                connection,
                owner: held.owner,
                subject: lease.job.text,
                type: .transcriptionSegment,
                payload: announcement,
                at: now
            )
        }
        return held.applied
    }

    /// See ``JobStore/checkpoints(_:step:fingerprint:)``.
    package static func checkpoints(
        _ connection: any SQLConnection,
        _ job: TranscriptionID,
        step: String,
        fingerprint: String
    ) throws -> [Checkpoint] {
        try connection.query(
            """
            SELECT step, piece, fingerprint, payload FROM checkpoints
            WHERE job = $1 AND step = $2 AND fingerprint = $3 ORDER BY piece
            """,
            [.id(job), .text(step), .text(fingerprint)]
        ).map(Checkpoint.init(row:))
    }
}

private let leasesPerStatement = 64

extension Checkpoint {
    /// Reads a row with step, piece, fingerprint and payload.
    init(row: any SQLRow) throws {
        self.init(
            step: try row.text("step"),
            piece: try row.int("piece"),
            fingerprint: try row.text("fingerprint"),
            payload: try row.bytes("payload")
        )
    }
}
