package import ScriberrCore

/// How much is stored.
package enum StorageSQL {
    /// What each owner uses, those with most first; of one owner only when one is named.
    package static func use(_ db: any SQLConnection, of owner: UserID? = nil) throws -> [StorageUse] {
        let condition = owner == nil ? "" : "WHERE u.id = $1"
        let sql = """
            SELECT u.id AS owner, u.username AS username,
                (SELECT count(*) FROM files f WHERE f.owner = u.id AND f.deleted_at IS NULL) AS files,
                (SELECT CAST(coalesce(sum(b.size_bytes), 0) AS BIGINT) FROM (
                    SELECT f.owner AS owner, f.blob_key AS blob_key, max(f.size_bytes) AS size_bytes FROM files f
                    WHERE f.blob_key <> '' GROUP BY f.owner, f.blob_key
                ) AS b WHERE b.owner = u.id) AS audio_bytes,
                (SELECT count(*) FROM transcriptions t WHERE t.owner = u.id AND t.diarizes IS NULL) AS transcriptions,
                (SELECT CAST(coalesce(sum(length(c.content)), 0) AS BIGINT) FROM transcripts c JOIN transcriptions t ON t.id = c.job
                    WHERE t.owner = u.id) AS transcript_bytes
            FROM users u \(condition) ORDER BY u.id
            """
        return try db.query(sql, owner.map { [.id($0)] } ?? []).map { row in
            StorageUse(
                owner: try row.user("owner"),
                username: try row.text("username"),
                files: try row.int("files"),
                audioBytes: try row.integer("audio_bytes"),
                transcriptions: try row.int("transcriptions"),
                transcriptBytes: try row.integer("transcript_bytes")
            )
        }
    }
}
