package import ScriberrCore

/// A recording that is to be fetched.
package struct ImportJob: Hashable, Sendable {
    /// The file that it becomes.
    package var file: FileID
    /// Whose file it is.
    package var owner: UserID
    /// Where it is fetched from. May hold secrets: never shown or logged.
    package var url: String
    /// Whether a site's page names the recording, rather than the address itself.
    package var isFromSite: Bool
    /// Whether the owner gave the file its title.
    package var hasTitle: Bool
    /// How it is transcribed as soon as it is there; nil for what the account does with new files.
    package var transcription: TranscriptionOptions?
    /// How often it was claimed: the fence of every write of a worker.
    package var attempt: Int

    package init(
        file: FileID,
        owner: UserID,
        url: String,
        isFromSite: Bool,
        hasTitle: Bool,
        transcription: TranscriptionOptions? = nil,
        attempt: Int = 0
    ) {
        self.file = file
        self.owner = owner
        self.url = url
        self.isFromSite = isFromSite
        self.hasTitle = hasTitle
        self.transcription = transcription
        self.attempt = attempt
    }
}

/// Imports as rows, under leases: what a dead process left is claimed again.
package enum ImportSQL {
    /// Notes an import.
    package static func insert(_ db: any SQLConnection, _ job: ImportJob, at now: Timestamp) throws {
        try db.execute(
            """
            INSERT INTO imports (file_id, owner, url, from_site, has_title, transcribe, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .id(job.file), .id(job.owner), .text(job.url), .bool(job.isFromSite), .bool(job.hasTitle),
                .text(try job.transcription.map(OptionsText.encode)), .time(now),
            ]
        )
    }

    /// Gives away the oldest import that nobody holds, until `expiry`; nil when there is none.
    package static func claim(_ db: any SQLConnection, until expiry: Timestamp, at now: Timestamp) throws -> ImportJob? {
        // The lease is looked at twice: another server may take the row between the choice and the change.
        let sql = """
            UPDATE imports SET attempt = attempt + 1, lease_expires_at = $1
            WHERE lease_expires_at < $2 AND file_id = (
                SELECT file_id FROM imports WHERE lease_expires_at < $3 ORDER BY created_at, file_id LIMIT 1
            )
            RETURNING file_id, owner, url, from_site, has_title, transcribe, attempt
            """
        return try db.query(sql, [.time(expiry), .time(now), .time(now)]).first.map { row in
            ImportJob(
                file: try row.id("file_id"),
                owner: try row.user("owner"),
                url: try row.text("url"),
                isFromSite: try row.bool("from_site"),
                hasTitle: try row.bool("has_title"),
                transcription: try row.optionalText("transcribe").map(OptionsText.decode),
                attempt: try row.int("attempt")
            )
        }
    }

    /// Holds on to an import; false when it is gone or somebody else's.
    package static func renew(_ db: any SQLConnection, _ job: ImportJob, until expiry: Timestamp) throws -> Bool {
        let sql = "UPDATE imports SET lease_expires_at = $1 WHERE file_id = $2 AND attempt = $3"
        return try db.execute(sql, [.time(expiry), .id(job.file), .int(job.attempt)]) == 1
    }

    /// Puts an import back, as a server does that stops: it takes the claim back as well.
    package static func release(_ db: any SQLConnection, _ job: ImportJob) throws {
        try db.execute(
            "UPDATE imports SET lease_expires_at = 0, attempt = attempt - 1 WHERE file_id = $1 AND attempt = $2",
            [.id(job.file), .int(job.attempt)]
        )
    }

    /// Ends every lease: for a server that knows that it is the only one.
    package static func releaseAll(_ db: any SQLConnection) throws {
        try db.execute("UPDATE imports SET lease_expires_at = 0", [])
    }

    /// Ends an import; false when it is gone or somebody else's.
    package static func remove(_ db: any SQLConnection, _ job: ImportJob) throws -> Bool {
        try db.execute("DELETE FROM imports WHERE file_id = $1 AND attempt = $2", [.id(job.file), .int(job.attempt)]) == 1
    }

    /// Ends the import of a file that its owner deleted.
    package static func remove(_ db: any SQLConnection, _ file: FileID) throws {
        try db.execute("DELETE FROM imports WHERE file_id = $1", [.id(file)])
    }
}

extension FileSQL {
    /// Gives a file that was being fetched its bytes; false when it is gone.
    package static func fill(_ db: any SQLConnection, _ file: AudioFile, folded: String) throws -> Bool {
        let sql = """
            UPDATE files SET title = $1, title_folded = $2, kind = $3, status = 'ready', mime_type = $4, size_bytes = $5,
                sha256 = $6, duration_seconds = $7, blob_key = $8, updated_at = $9
            WHERE id = $10 AND status = 'processing' AND deleted_at IS NULL
            """
        let arguments: [SQLValue] = [
            .text(file.title), .text(folded), .text(file.kind.rawValue), .text(file.mimeType), .integer(file.sizeBytes),
            .text(file.contentHash), .real(file.durationSeconds), .text(file.blobKey), .time(file.updatedAt), .id(file.id),
        ]
        return try db.execute(sql, arguments) == 1
    }

    /// Says that a file could not be fetched, and why; nil when it is gone.
    package static func fail(
        _ db: any SQLConnection,
        _ owner: UserID,
        _ id: FileID,
        _ error: ScriberrError,
        at now: Timestamp
    ) throws -> AudioFile? {
        let sql = """
            UPDATE files SET status = 'failed', error_code = $1, error_message = $2, updated_at = $3
            WHERE id = $4 AND status = 'processing' AND deleted_at IS NULL
            """
        let arguments: [SQLValue] = [.text(error.code.rawValue), .text(error.message), .time(now), .id(id)]
        guard try db.execute(sql, arguments) == 1 else { return nil }
        return try get(db, owner, id)
    }
}
