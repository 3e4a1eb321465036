package import ScriberrCore

/// How often logins failed lately, where all nodes of a database count together.
package enum LoginAttemptSQL {
    /// What is counted for one key.
    package struct Count: Sendable, Hashable {
        package var failures: Int
        package var blockedUntil: Timestamp
        package var touchedAt: Timestamp

        package init(failures: Int, blockedUntil: Timestamp, touchedAt: Timestamp) {
            (self.failures, self.blockedUntil, self.touchedAt) = (failures, blockedUntil, touchedAt)
        }
    }

    /// Has whoever counts take turns: counts must not change between being read and being written. Held until the commit.
    package static func takeTurn(_ connection: any SQLConnection) throws {
        guard connection.dialect == .postgres else { return }
        _ = try connection.query("SELECT pg_advisory_xact_lock(\(turnLock))::text AS locked", [])
    }

    package static func count(_ connection: any SQLConnection, _ key: String) throws -> Count? {
        let sql = "SELECT failures, blocked_until, touched_at FROM login_attempts WHERE key = $1"
        return try connection.query(sql, [.text(key)]).first.map { row in
            Count(
                failures: try row.int("failures"),
                blockedUntil: try row.time("blocked_until"),
                touchedAt: try row.time("touched_at")
            )
        }
    }

    package static func set(_ connection: any SQLConnection, _ key: String, to count: Count) throws {
        try connection.execute(
            """
            INSERT INTO login_attempts (key, failures, blocked_until, touched_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, blocked_until = excluded.blocked_until,
                touched_at = excluded.touched_at
            """,
            [.text(key), .int(count.failures), .time(count.blockedUntil), .time(count.touchedAt)]
        )
    }

    package static func remove(_ connection: any SQLConnection, _ key: String) throws {
        try connection.execute("DELETE FROM login_attempts WHERE key = $1", [.text(key)])
    }

    /// Forgets what was not touched since `time`, and what was touched longest ago beyond `limit`.
    @discardableResult
    package static func prune(_ connection: any SQLConnection, before time: Timestamp, keep limit: Int) throws -> Int {
        let old = try connection.execute("DELETE FROM login_attempts WHERE touched_at < $1", [.time(time)])
        let many = try connection.execute(
            """
            DELETE FROM login_attempts WHERE key IN (
                SELECT key FROM login_attempts ORDER BY touched_at DESC, key LIMIT 1000 OFFSET $1
            )
            """,
            [.int(limit)]
        )
        return old + many
    }

    private static let turnLock = 0x5C1B_1061
}
