package import ScriberrCore

/// The processes that run jobs.
package enum InstanceSQL {
    /// Registers a process. Whoever sat on the same exclusive seat before is gone: that process cannot run any more. Rows
    /// of processes that were silent for a day go as well.
    package static func register(_ connection: any SQLConnection, _ instance: InstanceRecord) throws {
        try removeDead(connection, before: instance.startedAt - .seconds(86_400), except: instance.id)
        if let seat = instance.exclusiveSeat {
            try connection.execute(
                "DELETE FROM instances WHERE exclusive_seat = $1 AND id <> $2",
                [.text(seat), .id(instance.id)]
            )
        }
        try insert(connection, instance, seenAt: instance.startedAt)
    }

    private static func insert(_ connection: any SQLConnection, _ instance: InstanceRecord, seenAt: Timestamp) throws {
        try connection.execute(
            """
            INSERT INTO instances (id, host, process_id, version, exclusive_seat, slots, role, models, has_cuda, started_at,
                seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (id) DO UPDATE SET host = excluded.host, process_id = excluded.process_id,
                version = excluded.version, exclusive_seat = excluded.exclusive_seat, slots = excluded.slots,
                role = excluded.role, models = excluded.models, has_cuda = excluded.has_cuda, seen_at = \(laterSign)
            """,
            [
                .id(instance.id), .text(instance.host), .int(instance.processID), .text(instance.version),
                .text(instance.exclusiveSeat), .int(instance.slots), .text(instance.role.rawValue),
                .text(instance.offer?.models.map(ModelList.text)), .bool(instance.offer?.hasCUDA ?? true),
                .time(instance.startedAt), .time(seenAt),
            ]
        )
    }

    /// Notes that a process lives. A row that is gone, because the process was silent for too long, is written again: whole when
    /// `record` is known, else with nothing to offer.
    package static func heartbeat(
        _ connection: any SQLConnection,
        _ instance: InstanceID,
        record: InstanceRecord? = nil,
        at now: Timestamp
    ) throws {
        let sql = """
            UPDATE instances SET seen_at = CASE WHEN seen_at - $1 BETWEEN 0 AND 60000000 THEN seen_at ELSE $2 END WHERE id = $3
            """
        guard try connection.execute(sql, [.time(now), .time(now), .id(instance)]) == 0 else { return }
        if let record { return try insert(connection, record, seenAt: now) }
        try connection.execute(
            """
            INSERT INTO instances (id, host, process_id, version, slots, has_cuda, started_at, seen_at)
            VALUES ($1, '', 0, '', 0, 0, $2, $3) ON CONFLICT (id) DO NOTHING
            """,
            [.id(instance), .time(now), .time(now)]
        )
    }

    /// A sign of life that arrives late does not take back a later one. One that is more than a minute older does: the clock
    /// was set back.
    private static let laterSign = """
        CASE WHEN instances.seen_at - excluded.seen_at BETWEEN 0 AND 60000000 THEN instances.seen_at ELSE excluded.seen_at END
        """

    /// Removes a process.
    package static func unregister(_ connection: any SQLConnection, _ instance: InstanceID) throws {
        try connection.execute("DELETE FROM instances WHERE id = $1", [.id(instance)])
    }

    /// Models that processes which live and work say they have.
    package static func offeredModels(_ connection: any SQLConnection, seenSince time: Timestamp) throws -> Set<String> {
        let rows = try connection.query(
            "SELECT models FROM instances WHERE seen_at >= $1 AND slots > 0 AND models IS NOT NULL",
            [.time(time)]
        )
        return Set(try rows.flatMap { ModelList.models(try $0.text("models")) })
    }

    /// Whether a process that lives and works would take a job with these needs. One that has its database for itself takes every
    /// job, and fails those that it cannot do.
    package static func canRun(
        _ connection: any SQLConnection,
        model: String?,
        cuda: Bool,
        seenSince time: Timestamp
    ) throws -> Bool {
        let find = connection.dialect.find
        let sql = """
            SELECT 1 AS found FROM instances WHERE seen_at >= $1 AND slots > 0 AND (exclusive_seat IS NOT NULL
                OR (has_cuda >= $2 AND (models IS NULL OR \(find)(models, $3) > 0))) LIMIT 1
            """
        let name = model.map { ModelList.text([$0]) } ?? ","
        return try !connection.query(sql, [.time(time), .bool(cuda), .text(name)]).isEmpty
    }

    /// Every process there is a row of, longest running first, with the jobs it runs.
    package static func all(_ connection: any SQLConnection) throws -> [WorkerRow] {
        var running: [String: [WorkerRow.Job]] = [:]
        let jobs = try connection.query(
            """
            SELECT claimed_by, id, attempt, stage, progress, started_at FROM transcriptions WHERE status = 'processing'
            ORDER BY started_at, id
            """,
            []
        )
        for row in jobs {
            guard let worker = try row.optionalText("claimed_by") else { continue }
            running[worker, default: []].append(try WorkerRow.Job(row: row))
        }
        let rows = try connection.query(
            """
            SELECT id, host, process_id, version, role, slots, models, has_cuda, started_at, seen_at FROM instances
            ORDER BY started_at, id
            """,
            []
        )
        return try rows.map { try WorkerRow(row: $0, running: running[$0.text("id")] ?? []) }
    }

    /// Removes processes that were silent for so long and own no job any more.
    static func removeDead(_ connection: any SQLConnection, before time: Timestamp, except instance: InstanceID) throws {
        try connection.execute(
            """
            DELETE FROM instances WHERE seen_at < $1 AND id <> $2
                AND id NOT IN (SELECT claimed_by FROM transcriptions WHERE status = 'processing')
            """,
            [.time(time), .id(instance)]
        )
    }
}
