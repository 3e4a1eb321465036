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
        try connection.execute(
            """
            INSERT INTO instances (id, host, process_id, version, exclusive_seat, slots, started_at, seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (id) DO UPDATE SET host = excluded.host, process_id = excluded.process_id,
                version = excluded.version, exclusive_seat = excluded.exclusive_seat, slots = excluded.slots,
                seen_at = \(laterSign)
            """,
            [
                .id(instance.id), .text(instance.host), .int(instance.processID), .text(instance.version),
                .text(instance.exclusiveSeat), .int(instance.slots), .time(instance.startedAt), .time(instance.startedAt),
            ]
        )
    }

    /// Notes that a process lives. A process whose row was removed because it was silent for too long gets a bare one again.
    package static func heartbeat(_ connection: any SQLConnection, _ instance: InstanceID, at now: Timestamp) throws {
        try connection.execute(
            """
            INSERT INTO instances (id, host, process_id, version, slots, started_at, seen_at)
            VALUES ($1, '', 0, '', 0, $2, $3)
            ON CONFLICT (id) DO UPDATE SET seen_at = \(laterSign)
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
