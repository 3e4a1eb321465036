package import ScriberrCore

/// Uploads in pieces as rows.
package enum PartialUploadSQL {
    private static let columns = "id, owner, length_bytes, offset_bytes, metadata, file_id, created_at, expires_at"

    package static func insert(_ db: any SQLConnection, _ upload: PartialUpload) throws {
        try db.execute(
            """
            INSERT INTO partial_uploads (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .id(upload.id), .id(upload.owner), .integer(upload.lengthBytes), .integer(upload.offsetBytes),
                .text(upload.metadata), .text(upload.fileID?.text), .time(upload.createdAt), .time(upload.expiresAt),
            ]
        )
    }

    package static func get(_ db: any SQLConnection, _ owner: UserID, _ id: UploadID) throws -> PartialUpload? {
        let sql = "SELECT \(columns) FROM partial_uploads WHERE id = $1 AND owner = $2"
        return try db.query(sql, [.id(id), .id(owner)]).first.map(upload)
    }

    /// Notes that more bytes are durable. False when the upload is gone, ended or not where it should be.
    package static func advance(
        _ db: any SQLConnection,
        _ id: UploadID,
        from old: Int64,
        to new: Int64,
        expiresAt: Timestamp
    ) throws -> Bool {
        let sql = """
            UPDATE partial_uploads SET offset_bytes = $1, expires_at = $2
            WHERE id = $3 AND offset_bytes = $4 AND file_id IS NULL
            """
        return try db.execute(sql, [.integer(new), .time(expiresAt), .id(id), .integer(old)]) == 1
    }

    /// Notes the file that was made of an upload. False when it is gone or a file was made before.
    package static func finish(_ db: any SQLConnection, _ id: UploadID, _ file: FileID) throws -> Bool {
        let sql = "UPDATE partial_uploads SET file_id = $1 WHERE id = $2 AND file_id IS NULL"
        return try db.execute(sql, [.id(file), .id(id)]) == 1
    }

    /// False when the owner has no such upload.
    package static func delete(_ db: any SQLConnection, _ owner: UserID, _ id: UploadID) throws -> Bool {
        try db.execute("DELETE FROM partial_uploads WHERE id = $1 AND owner = $2", [.id(id), .id(owner)]) == 1
    }

    /// Forgets uploads that expired before `now` and answers which.
    package static func deleteExpired(_ db: any SQLConnection, before now: Timestamp, limit: Int) throws -> [UploadID] {
        let sql = """
            DELETE FROM partial_uploads WHERE id IN
                (SELECT id FROM partial_uploads WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
            RETURNING id
            """
        return try db.query(sql, [.time(now), .int(limit)]).map { try $0.id("id") }
    }

    /// How many uploads an owner has that are not files yet.
    package static func countOpen(_ db: any SQLConnection, _ owner: UserID) throws -> Int {
        let sql = "SELECT count(*) AS total FROM partial_uploads WHERE owner = $1 AND file_id IS NULL"
        return try db.query(sql, [.id(owner)]).first?.int("total") ?? 0
    }

    /// Whether bytes of this upload are still wanted.
    package static func isOpen(_ db: any SQLConnection, _ id: UploadID) throws -> Bool {
        try !db.query("SELECT id FROM partial_uploads WHERE id = $1 AND file_id IS NULL", [.id(id)]).isEmpty
    }

    private static func upload(_ row: any SQLRow) throws -> PartialUpload {
        PartialUpload(
            id: try row.id("id"),
            owner: try row.user("owner"),
            lengthBytes: try row.integer("length_bytes"),
            offsetBytes: try row.integer("offset_bytes"),
            metadata: try row.text("metadata"),
            fileID: try row.optionalText("file_id").map(FileID.init(trusted:)),
            createdAt: try row.time("created_at"),
            expiresAt: try row.time("expires_at")
        )
    }
}
