package import ScriberrCore

/// Whether workers take new jobs. What runs already goes on.
package enum QueuePauseSQL {
    /// Since when nobody takes new jobs, and who wanted it so; nil while they do.
    package static func pause(_ db: any SQLConnection) throws -> (at: Timestamp, by: String)? {
        try db.query("SELECT paused_at, paused_by FROM queue_pause WHERE id = 1", []).first
            .map { (try $0.time("paused_at"), try $0.text("paused_by")) }
    }

    /// Stops workers from taking new jobs. False when they do not take any already.
    package static func set(_ db: any SQLConnection, by name: String, at now: Timestamp) throws -> Bool {
        let sql = "INSERT INTO queue_pause (id, paused_at, paused_by) VALUES (1, $1, $2) ON CONFLICT DO NOTHING"
        return try db.execute(sql, [.time(now), .text(name)]) == 1
    }

    /// Lets workers take new jobs again, and wakes them. False when they do already.
    package static func clear(_ db: any SQLConnection) throws -> Bool {
        guard try db.execute("DELETE FROM queue_pause", []) > 0 else { return false }
        JobSQL.raise(db, .due)
        return true
    }
}
