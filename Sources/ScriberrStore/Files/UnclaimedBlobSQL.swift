package import ScriberrCore

/// Blobs that no row names: about to be named, or to be removed. What a crash leaves here is removed later.
package enum UnclaimedBlobSQL {
    /// Notes a blob.
    package static func note(_ db: any SQLConnection, _ key: String, at now: Timestamp) throws {
        try db.execute(
            "INSERT INTO unclaimed_blobs (blob_key, since) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [.text(key), .time(now)]
        )
    }

    /// Takes a blob off the list: a row names it now, or it is gone.
    package static func clear(_ db: any SQLConnection, _ key: String) throws {
        try db.execute("DELETE FROM unclaimed_blobs WHERE blob_key = $1", [.text(key)])
    }

    /// Blobs that were noted before `time`.
    package static func old(_ db: any SQLConnection, before time: Timestamp, limit: Int) throws -> [String] {
        let sql = "SELECT blob_key FROM unclaimed_blobs WHERE since < $1 ORDER BY since LIMIT $2"
        return try db.query(sql, [.time(time), .int(limit)]).map { try $0.text("blob_key") }
    }
}
