import ScriberrCore

/// With SQLite there is one writer, and lanes cost it next to nothing. PostgreSQL has many, which an owner's lane would line
/// up one behind the other; so there lanes are kept only once somebody claims by them.
extension Lanes {
    /// What a statement that makes lanes adds to its condition.
    static func kept(_ dialect: SQLDialect) -> String { dialect == .postgres ? " AND lanes_kept = 1" : "" }

    /// Makes sure that lanes are kept, and lets one claim by them at a time: the first in line and an owner's running jobs must
    /// not change while they are looked at.
    static func takeTurn(_ connection: any SQLConnection) throws {
        guard connection.dialect == .postgres else { return }
        let clock = try connection.query(
            "SELECT pg_advisory_xact_lock(\(turnLock))::text AS locked, lanes_kept FROM queue_clock WHERE id = 1",
            []
        )
        guard let row = clock.first, try !row.bool("lanes_kept") else { return }
        // Waits for everyone who did not know yet that lanes are kept, and holds up those who come.
        try connection.perform("LOCK TABLE queue_lanes IN SHARE ROW EXCLUSIVE MODE", [])
        try connection.perform("UPDATE queue_clock SET lanes_kept = 1 WHERE id = 1", [])
        try connection.perform(
            "UPDATE queue_lanes SET head_queued_at = NULL, head_created_at = NULL, head_id = NULL WHERE head_id IS NOT NULL",
            []
        )
        try connection.perform(
            """
            INSERT INTO queue_lanes (owner, priority, head_queued_at, head_created_at, head_id, virtual_time)
            SELECT DISTINCT ON (owner, priority) owner, priority, queued_at, created_at, id,
                (SELECT virtual_time FROM queue_clock WHERE id = 1)
            FROM transcriptions WHERE status = 'queued' AND is_due = 1
            ORDER BY owner, priority, queued_at, created_at, id
            ON CONFLICT (owner, priority) DO UPDATE SET head_queued_at = excluded.head_queued_at,
                head_created_at = excluded.head_created_at, head_id = excluded.head_id
            """,
            []
        )
        // Jobs that come back, by a release, a retry or because their time has come, find their lane there.
        try connection.perform(
            """
            INSERT INTO queue_lanes (owner, priority, virtual_time)
            SELECT DISTINCT owner, priority, (SELECT virtual_time FROM queue_clock WHERE id = 1)
            FROM transcriptions WHERE status = 'processing' OR (status = 'queued' AND is_due = 0)
            ON CONFLICT (owner, priority) DO NOTHING
            """,
            []
        )
    }

    private static let turnLock = 0x5C1B_1A7E
}

extension Speed {
    /// The statement that adds one sample. A row that another completion is about to change is passed over: a running average
    /// can do without one sample, but completions must not wait for each other.
    static let postgresNote = """
        WITH free AS (SELECT model FROM queue_speed WHERE model = $1 FOR UPDATE SKIP LOCKED),
        noted AS (
            UPDATE queue_speed SET samples = samples + 1, updated_at = $3,
                seconds_per_audio_second = seconds_per_audio_second * \(1 - weight) + $2 * \(weight)
            FROM free WHERE queue_speed.model = free.model
        )
        INSERT INTO queue_speed (model, seconds_per_audio_second, samples, updated_at)
        SELECT $1, $2, 1, $3 WHERE NOT EXISTS (SELECT 1 FROM queue_speed WHERE model = $1)
        ON CONFLICT (model) DO NOTHING
        """
}
