package import ScriberrCore

extension RetentionSQL {
    /// Which things are looked at.
    package enum Scope: Sendable {
        /// Everybody's.
        case everything
        /// One owner's.
        case owner(UserID)
        /// One thing, `file_…` or `tr_…`: once more, before it goes.
        case subject(String)
    }

    /// Recordings whose time is over, longest over first. One that a job waits or runs for, or that a job's rules keep, is none.
    package static func dueAudio(_ db: any SQLConnection, _ scope: Scope, at now: Timestamp, limit: Int) throws -> [Deletion] {
        let (condition, values) = condition(scope, owner: "f.owner", subject: "f.id")
        // Each job of a recording has its say; those that keep it say nothing, and the last of the others
        // counts. A job that tells speakers apart anew keeps it for as long as it waits or runs. Failed tries that would have let it
        // go after success have none once another job succeeded.
        let sql = """
            SELECT id, owner, title, size_bytes, by_success, by_job,
                CASE WHEN successes > 0 THEN due_of_others ELSE due_of_all END AS due
            FROM (
                SELECT f.id AS id, f.owner AS owner, f.title AS title, f.size_bytes AS size_bytes,
                    count(*) AS voices, count(\(audioDue)) AS votes, max(\(audioDue)) AS due_of_all,
                    sum(\(isFailedTry)) AS failed_tries, count(\(audioDueUnlessFailed)) AS votes_of_others,
                    max(\(audioDueUnlessFailed)) AS due_of_others, sum(\(isSuccess)) AS successes,
                    CAST(CASE WHEN sum(\(isSuccess)) > 0 AND sum(\(isSuccess)) + sum(\(isFailedTry)) = count(*) THEN 1 ELSE 0 END
                        AS BIGINT) AS by_success,
                    CAST(max(CASE WHEN j.job IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS by_job
                FROM files f
                LEFT JOIN transcriptions t ON t.file_id = f.id
                    AND (t.diarizes IS NULL OR t.status IN ('queued', 'processing'))
                LEFT JOIN job_retention_rules j ON j.job = t.id
                LEFT JOIN retention_rules r ON r.owner = f.owner
                WHERE f.status = 'ready' AND f.blob_key <> '' AND (r.owner IS NOT NULL OR j.job IS NOT NULL) \(condition)
                GROUP BY f.id, f.owner, f.title, f.size_bytes
            ) AS candidates
            WHERE (CASE WHEN successes > 0 THEN due_of_others ELSE due_of_all END) <= $\(values.count + 1)
                AND (voices = votes OR successes > 0 AND voices = votes_of_others + failed_tries)
            ORDER BY due, id LIMIT $\(values.count + 2)
            """
        return try db.query(sql, values + [.time(now), .int(limit)]).map { row in
            let isSuccess = try row.bool("by_success")
            return Deletion(
                owner: try row.user("owner"),
                kind: .audio,
                subject: try row.text("id"),
                title: try row.text("title"),
                reason: isSuccess ? .afterSuccess : try row.bool("by_job") ? .jobRules : .ownerRules,
                sizeBytes: try row.integer("size_bytes"),
                at: try row.time("due")
            )
        }
    }

    /// Transcriptions whose time is over, longest over first.
    package static func dueTranscripts(_ db: any SQLConnection, _ scope: Scope, at now: Timestamp, limit: Int) throws
        -> [Deletion]
    {
        let (condition, values) = condition(scope, owner: "t.owner", subject: "t.id")
        let sql = """
            SELECT id, owner, title, due, by_job FROM (
                SELECT t.id AS id, t.owner AS owner, t.title AS title,
                    coalesce(t.completed_at, t.failed_at, t.updated_at)
                        + (CASE WHEN j.job IS NULL THEN r.transcript_days ELSE j.transcript_days END) * \(day) AS due,
                    CAST(CASE WHEN j.job IS NULL THEN 0 ELSE 1 END AS BIGINT) AS by_job
                FROM transcriptions t
                LEFT JOIN job_retention_rules j ON j.job = t.id
                LEFT JOIN retention_rules r ON r.owner = t.owner
                WHERE t.status IN ('completed', 'failed', 'canceled') AND t.diarizes IS NULL AND (r.owner IS NOT NULL OR j.job IS NOT NULL) \(condition)
            ) AS candidates
            WHERE due <= $\(values.count + 1) ORDER BY due, id LIMIT $\(values.count + 2)
            """
        return try db.query(sql, values + [.time(now), .int(limit)]).map { row in
            Deletion(
                owner: try row.user("owner"),
                kind: .transcript,
                subject: try row.text("id"),
                title: try row.text("title"),
                reason: try row.bool("by_job") ? .jobRules : .ownerRules,
                sizeBytes: 0,
                at: try row.time("due")
            )
        }
    }

    /// Takes a recording's bytes away and hides it. Answers the blob that nothing needs any more, noted for removal.
    package static func dropAudio(_ db: any SQLConnection, _ id: FileID, at now: Timestamp) throws -> String? {
        try FileSQL.lockBytes(db, of: id)
        let rows = try db.query("SELECT blob_key FROM files WHERE id = $1", [.id(id)])
        guard let key = try rows.first?.text("blob_key"), !key.isEmpty else { return nil }
        let sql = "UPDATE files SET blob_key = '', deleted_at = coalesce(deleted_at, $1), updated_at = $2 WHERE id = $3"
        try db.execute(sql, [.time(now), .time(now), .id(id)])
        let users = try db.query("SELECT id FROM files WHERE blob_key = $1 LIMIT 1", [.text(key)])
        // A row that no transcription refers to has nothing left to say.
        try db.execute(
            "DELETE FROM files WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM transcriptions WHERE file_id = $2)",
            [.id(id), .id(id)]
        )
        guard users.isEmpty else { return nil }
        try UnclaimedBlobSQL.note(db, key, at: now)
        return key
    }

    private static let day = 86_400_000_000

    private static let isSuccess = """
        CASE WHEN t.status = 'completed'
            AND (CASE WHEN j.job IS NULL THEN r.audio_after_success ELSE j.audio_after_success END) = 1 THEN 1 ELSE 0 END
        """

    private static let isFailedTry = """
        CASE WHEN t.status IN ('failed', 'canceled')
            AND (CASE WHEN j.job IS NULL THEN r.audio_after_success ELSE j.audio_after_success END) = 1 THEN 1 ELSE 0 END
        """

    private static let audioDueUnlessFailed = "CASE WHEN (\(isFailedTry)) = 1 THEN NULL ELSE (\(audioDue)) END"

    private static let audioDue = """
        CASE WHEN t.id IS NULL THEN f.created_at + r.audio_days * \(day)
            WHEN t.status IN ('queued', 'processing') THEN NULL
            WHEN t.status = 'completed'
                AND (CASE WHEN j.job IS NULL THEN r.audio_after_success ELSE j.audio_after_success END) = 1 THEN t.completed_at
            ELSE f.created_at + (CASE WHEN j.job IS NULL THEN r.audio_days ELSE j.audio_days END) * \(day) END
        """

    private static func condition(_ scope: Scope, owner: String, subject: String) -> (String, [SQLValue]) {
        switch scope {
        case .everything: ("", [])
        case .owner(let id): ("AND \(owner) = $1", [.id(id)])
        case .subject(let id): ("AND \(subject) = $1", [.text(id)])
        }
    }
}
