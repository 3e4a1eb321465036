import ScriberrCore

/// From when on lanes are kept. Until somebody claims by them they would only cost: with SQLite an index in which each owner has
/// pages of its own, with PostgreSQL a row over which an owner's enqueues and claims line up.
extension Lanes {
    /// Whether lanes can be claimed by.
    static func areKept(_ connection: any SQLConnection) throws -> Bool {
        try !connection.query("SELECT 1 AS one FROM queue_clock WHERE lanes_kept = 1", []).isEmpty
    }

    /// Makes sure that lanes are kept. On PostgreSQL it also lets one claim by them at a time: the first in line and an owner's
    /// running jobs must not change while they are looked at.
    static func takeTurn(_ connection: any SQLConnection) throws {
        switch connection.dialect {
        case .sqlite:
            guard try !areKept(connection) else { return }
        case .postgres:
            let clock = try connection.query(
                "SELECT pg_advisory_xact_lock(\(turnLock))::text AS locked, lanes_kept FROM queue_clock WHERE id = 1",
                []
            )
            guard let row = clock.first, try !row.bool("lanes_kept") else { return }
            // Waits for everyone who did not know yet that lanes are kept, and holds up those who come.
            try connection.perform("LOCK TABLE queue_lanes IN SHARE ROW EXCLUSIVE MODE", [])
        }
        try connection.perform(
            """
            CREATE INDEX IF NOT EXISTS transcriptions_owner_line
                ON transcriptions (owner, priority, queued_at, created_at, id)
                WHERE status = 'queued' AND is_due = 1
            """,
            []
        )
        try connection.perform("UPDATE queue_clock SET lanes_kept = 1 WHERE id = 1", [])
        try makeLanes(connection)
    }

    private static func makeLanes(_ connection: any SQLConnection) throws {
        // Jobs that come back, by a release, a retry or because their time has come, find their lane there.
        let jobs = ["status = 'queued' AND is_due = 1", "status = 'queued' AND is_due = 0", "status = 'processing'"]
        for condition in jobs {
            try connection.perform(
                """
                INSERT INTO queue_lanes (owner, priority, virtual_time)
                SELECT DISTINCT owner, priority, 0 FROM transcriptions WHERE \(condition)
                ON CONFLICT (owner, priority) DO NOTHING
                """,
                []
            )
        }
        try connection.perform(
            """
            UPDATE queue_lanes SET \(head), virtual_time = \(connection.dialect.greatest)(
                virtual_time, (SELECT virtual_time FROM queue_clock WHERE id = 1)
            )
            """,
            []
        )
    }

    private static let turnLock = 0x5C1B_1A7E
}
