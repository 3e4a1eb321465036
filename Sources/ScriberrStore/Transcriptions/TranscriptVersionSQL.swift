package import ScriberrCore

/// The present transcript of a job, who wrote it, and the way back to what it was before.
package enum TranscriptVersionSQL {
    /// The present version without its content, and the speakers' names as JSON; nil before the job is completed. With `locks`
    /// nobody else replaces it until the transaction ends.
    package static func head(_ db: any SQLConnection, _ job: TranscriptionID, locks: Bool = false) throws -> (
        version: TranscriptVersion, speakers: String
    )? {
        let lock = locks && db.dialect == .postgres ? " FOR UPDATE" : ""
        let sql = "SELECT version, author, changes, updated_at, speakers FROM transcripts WHERE job = $1\(lock)"
        return try db.query(sql, [.id(job)]).first.map { row in
            (try version(row, time: "updated_at"), try row.text("speakers"))
        }
    }

    /// The present content.
    package static func content(_ db: any SQLConnection, _ job: TranscriptionID) throws -> [UInt8]? {
        try db.query("SELECT content FROM transcripts WHERE job = $1", [.id(job)]).first?.bytes("content")
    }

    /// What a new version holds.
    package struct Replacement: Sendable {
        package var content: [UInt8]
        package var text: String
        package var speakers: String
        package var author: String
        package var changes: String
        /// Leads back from the new version to the one it replaces.
        package var step: [UInt8]

        package init(content: [UInt8], text: String, speakers: String, author: String, changes: String, step: [UInt8]) {
            self.content = content
            self.text = text
            self.speakers = speakers
            self.author = author
            self.changes = changes
            self.step = step
        }
    }

    /// Puts a new version in the place of version `number`. False, and nothing done, when that is not the present one.
    package static func replace(
        _ db: any SQLConnection,
        _ job: TranscriptionID,
        version number: Int,
        by new: Replacement,
        at now: Timestamp
    ) throws -> Bool {
        guard let old = try head(db, job, locks: true)?.version, old.number == number else { return false }
        try db.execute(
            """
            INSERT INTO transcript_versions (job, version, author, changes, created_at, step) VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [.id(job), .int(number), .text(old.author), .text(old.changes), .time(old.createdAt), .blob(new.step)]
        )
        try db.execute(
            """
            UPDATE transcripts SET version = version + 1, content = $1, text = $2, speakers = $3, author = $4, changes = $5,
                updated_at = $6 WHERE job = $7
            """,
            [
                .blob(new.content), .text(new.text), .text(new.speakers), .text(new.author), .text(new.changes), .time(now),
                .id(job),
            ]
        )
        try db.execute("UPDATE transcriptions SET updated_at = $1 WHERE id = $2", [.time(now), .id(job)])
        return true
    }

    /// Keeps the present version as a whole, the names of its speakers in front, for an engine that is about to replace it. Does nothing
    /// when there is none.
    static func keepWhole(_ db: any SQLConnection, _ job: TranscriptionID) throws {
        guard let row = try db.query("SELECT content, speakers FROM transcripts WHERE job = $1", [.id(job)]).first else { return }
        let (content, speakers) = (try row.bytes("content"), try row.text("speakers"))
        let brace = UInt8(ascii: "{")
        let hasNames = speakers != "{}" && content.first == brace
        let step = hasNames ? Array(#"{"speakers":\#(speakers),"#.utf8) + content.dropFirst() : content
        try db.execute(
            """
            INSERT INTO transcript_versions (job, version, author, changes, created_at, step)
            SELECT job, version, author, changes, updated_at, $1 FROM transcripts WHERE job = $2
            """,
            [.blob(step), .id(job)]
        )
    }

    /// The versions before the present one, newest first.
    package static func earlier(_ db: any SQLConnection, _ job: TranscriptionID, limit: Int) throws -> [TranscriptVersion] {
        let sql = """
            SELECT version, author, changes, created_at FROM transcript_versions WHERE job = $1 ORDER BY version DESC LIMIT $2
            """
        return try db.query(sql, [.id(job), .int(limit)]).map { try version($0, time: "created_at") }
    }

    /// The steps that lead back to version `number`, in the order in which they are taken: each leads from the next version back
    /// to its own, or is the whole transcript of its own.
    package static func steps(_ db: any SQLConnection, _ job: TranscriptionID, backTo number: Int) throws -> [[UInt8]] {
        let sql = "SELECT step FROM transcript_versions WHERE job = $1 AND version >= $2 ORDER BY version DESC"
        return try db.query(sql, [.id(job), .int(number)]).map { try $0.bytes("step") }
    }

    private static func version(_ row: any SQLRow, time column: String) throws -> TranscriptVersion {
        TranscriptVersion(
            number: try row.int("version"),
            author: try row.text("author"),
            changes: try row.text("changes"),
            createdAt: try row.time(column)
        )
    }
}
