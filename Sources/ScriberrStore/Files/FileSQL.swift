package import ScriberrCore

/// Recordings as rows. A deleted file that transcriptions still refer to keeps its row, out of sight.
package enum FileSQL {
    // `sha256` holds the content's hash whatever the algorithm; it has its name from the first one.
    private static let columns = """
        id, owner, title, kind, status, mime_type, size_bytes, sha256, duration_seconds, blob_key, error_code,
        error_message, created_at, updated_at
        """

    /// Which files a list shows.
    package struct Filter: Sendable, Hashable {
        package var kind: AudioFile.Kind?
        package var status: AudioFile.Status?
        /// Folded text somewhere in the title.
        package var search: String?
        package var updatedAfter: Timestamp?

        package init() {}
    }

    /// Stores a row. `folded` is the title as it is searched and sorted by.
    package static func insert(_ db: any SQLConnection, _ file: AudioFile, folded: String) throws {
        let sql = """
            INSERT INTO files (id, owner, title, title_folded, kind, status, mime_type, size_bytes, sha256,
                duration_seconds, blob_key, error_code, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """
        try db.execute(
            sql,
            [
                .id(file.id), .id(file.owner), .text(file.title), .text(folded), .text(file.kind.rawValue),
                .text(file.status.rawValue), .text(file.mimeType), .integer(file.sizeBytes), .text(file.contentHash),
                .real(file.durationSeconds), .text(file.blobKey), .text(file.errorCode?.rawValue),
                .time(file.createdAt), .time(file.updatedAt),
            ]
        )
    }

    /// A file that is not deleted.
    package static func get(_ db: any SQLConnection, _ owner: UserID, _ id: FileID) throws -> AudioFile? {
        let sql = "SELECT \(columns) FROM files WHERE id = $1 AND owner = $2 AND deleted_at IS NULL"
        return try db.query(sql, [.id(id), .id(owner)]).first.map(file)
    }

    /// A file, deleted or not: for the transcriptions made from it.
    package static func getEvenDeleted(_ db: any SQLConnection, _ id: FileID) throws -> AudioFile? {
        try db.query("SELECT \(columns) FROM files WHERE id = $1", [.id(id)]).first.map(file)
    }

    /// One row more than the page holds, when there are more.
    package static func list(
        _ db: any SQLConnection,
        _ owner: UserID,
        _ filter: Filter,
        _ keyset: Keyset
    ) throws -> [AudioFile] {
        var conditions = Conditions()
        conditions.add("owner = ?", .id(owner))
        conditions.add("deleted_at IS NULL")
        if let kind = filter.kind { conditions.add("kind = ?", .text(kind.rawValue)) }
        if let status = filter.status { conditions.add("status = ?", .text(status.rawValue)) }
        if let after = filter.updatedAfter { conditions.add("updated_at > ?", .time(after)) }
        if let search = filter.search {
            conditions.add(#"title_folded LIKE ? ESCAPE '\'"#, .text(TitleFolding.pattern(containing: search)))
        }
        let page = conditions.page(keyset)
        return try db.query("SELECT \(columns) FROM files \(page)", conditions.arguments).map(file)
    }

    /// Gives a file another title; nil when there is no such file.
    package static func rename(
        _ db: any SQLConnection,
        _ owner: UserID,
        _ id: FileID,
        title: String,
        folded: String,
        at now: Timestamp
    ) throws -> AudioFile? {
        let sql = """
            UPDATE files SET title = $1, title_folded = $2, updated_at = $3
            WHERE id = $4 AND owner = $5 AND deleted_at IS NULL RETURNING \(columns)
            """
        return try db.query(sql, [.text(title), .text(folded), .time(now), .id(id), .id(owner)]).first.map(file)
    }

    /// Hides a file from lists; false when there is no such file.
    package static func hide(_ db: any SQLConnection, _ owner: UserID, _ id: FileID, at now: Timestamp) throws -> Bool {
        let sql = "UPDATE files SET deleted_at = $1 WHERE id = $2 AND owner = $3 AND deleted_at IS NULL"
        return try db.execute(sql, [.time(now), .id(id), .id(owner)]) == 1
    }

    /// Removes a hidden file's row once no transcription refers to it, and answers the blob that nothing needs any more.
    package static func removeIfUnused(_ db: any SQLConnection, _ id: FileID) throws -> String? {
        try lockBytes(db, of: id)
        let sql = """
            DELETE FROM files WHERE id = $1 AND deleted_at IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM transcriptions WHERE file_id = $2)
            RETURNING blob_key
            """
        guard let row = try db.query(sql, [.id(id), .id(id)]).first else { return nil }
        let key = try row.text("blob_key")
        guard !key.isEmpty else { return nil }
        let users = try db.query("SELECT id FROM files WHERE blob_key = $1 LIMIT 1", [.text(key)])
        return users.isEmpty ? key : nil
    }

    private static let bytesLock = 0x5C1B

    /// Of two that bring the same bytes at once the second sees what the first has stored.
    package static func lockBytes(_ db: any SQLConnection, _ owner: UserID, contentHash: String) throws {
        guard db.dialect == .postgres else { return }
        let bytes = SQLValue.text("\(owner.number) \(contentHash)")
        _ = try db.query("SELECT pg_advisory_xact_lock(\(bytesLock), hashtext($1))::text AS locked", [bytes])
    }

    /// Whoever takes bytes away waits for those who bring the same at this moment, and the other way round: else both would leave them to the
    /// other.
    static func lockBytes(_ db: any SQLConnection, of id: FileID) throws {
        guard db.dialect == .postgres,
            let row = try db.query("SELECT owner, sha256 FROM files WHERE id = $1 AND sha256 <> ''", [.id(id)]).first
        else { return }
        try lockBytes(db, try row.user("owner"), contentHash: try row.text("sha256"))
    }

    /// The blob in which an owner's bytes with this hash already lie.
    package static func blob(_ db: any SQLConnection, _ owner: UserID, contentHash: String) throws -> String? {
        let sql = "SELECT blob_key FROM files WHERE owner = $1 AND sha256 = $2 AND status = 'ready' AND blob_key <> '' LIMIT 1"
        return try db.query(sql, [.id(owner), .text(contentHash)]).first?.text("blob_key")
    }

    /// Has an owner's files and their transcriptions name another blob.
    package static func replaceBlob(_ db: any SQLConnection, _ owner: UserID, _ old: String, by new: String) throws {
        let jobs = """
            UPDATE transcriptions SET blob_key = $1
            WHERE file_id IN (SELECT id FROM files WHERE owner = $2 AND blob_key = $3)
            """
        try db.execute(jobs, [.text(new), .id(owner), .text(old)])
        let files = "UPDATE files SET blob_key = $1 WHERE owner = $2 AND blob_key = $3"
        try db.execute(files, [.text(new), .id(owner), .text(old)])
    }

    private static func file(_ row: any SQLRow) throws -> AudioFile {
        AudioFile(
            id: try row.id("id"),
            owner: try row.user("owner"),
            title: try row.text("title"),
            kind: try row.choice("kind"),
            status: try row.choice("status"),
            mimeType: try row.text("mime_type"),
            sizeBytes: try row.integer("size_bytes"),
            contentHash: try row.text("sha256"),
            durationSeconds: try row.optionalReal("duration_seconds"),
            blobKey: try row.text("blob_key"),
            errorCode: try row.optionalText("error_code").map(ScriberrError.Code.init(rawValue:)),
            errorMessage: try row.optionalText("error_message"),
            createdAt: try row.time("created_at"),
            updatedAt: try row.time("updated_at")
        )
    }
}
