package import ScriberrCore

/// Rules, what they let go, and the record of it.
package enum RetentionSQL {
    /// An owner's rules.
    package static func rules(_ db: any SQLConnection, of owner: UserID) throws -> RetentionRules {
        try db.query("SELECT \(columns) FROM retention_rules WHERE owner = $1", [.id(owner)]).first.map(rules) ?? RetentionRules()
    }

    /// Sets an owner's rules.
    package static func setRules(_ db: any SQLConnection, of owner: UserID, _ rules: RetentionRules) throws {
        let sql = """
            INSERT INTO retention_rules (owner, \(columns)) VALUES ($1, $2, $3, $4)
            ON CONFLICT (owner) DO UPDATE SET \(takeOver)
            """
        try db.execute(sql, [.id(owner)] + values(rules))
    }

    /// A job's own rules; nil when its owner's count.
    package static func rules(_ db: any SQLConnection, ofJob job: TranscriptionID) throws -> RetentionRules? {
        try db.query("SELECT \(columns) FROM job_retention_rules WHERE job = $1", [.id(job)]).first.map(rules)
    }

    /// Gives a job rules of its own; nil takes them away.
    package static func setRules(_ db: any SQLConnection, ofJob job: TranscriptionID, _ rules: RetentionRules?) throws {
        guard let rules else {
            try db.execute("DELETE FROM job_retention_rules WHERE job = $1", [.id(job)])
            return
        }
        let sql = """
            INSERT INTO job_retention_rules (job, \(columns)) VALUES ($1, $2, $3, $4)
            ON CONFLICT (job) DO UPDATE SET \(takeOver)
            """
        try db.execute(sql, [.id(job)] + values(rules))
    }

    /// Notes what went. A recording is noted once.
    package static func record(_ db: any SQLConnection, _ deletion: Deletion) throws {
        let sql = """
            INSERT INTO deletions (owner, kind, subject, title, reason, size_bytes, deleted_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner, subject) DO NOTHING
            """
        let arguments: [SQLValue] = [
            .id(deletion.owner), .text(deletion.kind.rawValue), .text(deletion.subject), .text(deletion.title),
            .text(deletion.reason.rawValue), .integer(deletion.sizeBytes), .time(deletion.at),
        ]
        try db.execute(sql, arguments)
    }

    /// What went, newest first, older than the place given.
    package static func record(
        _ db: any SQLConnection,
        of owner: UserID,
        before place: (at: Timestamp, subject: String)?,
        limit: Int
    ) throws -> [Deletion] {
        let after = place.map { _ in "AND (deleted_at < $2 OR deleted_at = $3 AND subject > $4)" } ?? ""
        let sql = """
            SELECT owner, kind, subject, title, reason, size_bytes, deleted_at AS at FROM deletions WHERE owner = $1 \(after)
            ORDER BY deleted_at DESC, subject LIMIT $\(place == nil ? 2 : 5)
            """
        let values: [SQLValue] = place.map { [.time($0.at), .time($0.at), .text($0.subject)] } ?? []
        return try db.query(sql, [.id(owner)] + values + [.int(limit)]).map { row in
            Deletion(
                owner: try row.user("owner"),
                kind: Deletion.Kind(rawValue: try row.text("kind")) ?? .audio,
                subject: try row.text("subject"),
                title: try row.text("title"),
                reason: Deletion.Reason(rawValue: try row.text("reason")) ?? .ownerRules,
                sizeBytes: try row.integer("size_bytes"),
                at: try row.time("at")
            )
        }
    }

    private static let columns = "audio_days, transcript_days, audio_after_success"
    private static let takeOver = """
        audio_days = excluded.audio_days, transcript_days = excluded.transcript_days,
        audio_after_success = excluded.audio_after_success
        """

    private static func values(_ rules: RetentionRules) -> [SQLValue] {
        [
            rules.audioDays.map { .int($0) } ?? .null, rules.transcriptDays.map { .int($0) } ?? .null,
            .bool(rules.audioAfterSuccess),
        ]
    }

    private static func rules(_ row: any SQLRow) throws -> RetentionRules {
        RetentionRules(
            audioDays: try row.optionalInteger("audio_days").map(Int.init),
            transcriptDays: try row.optionalInteger("transcript_days").map(Int.init),
            audioAfterSuccess: try row.bool("audio_after_success")
        )
    }
}
