package import ScriberrCore

/// Recordings in the making, as rows. Their pieces are small and come every few seconds; each is durable when its write is.
package enum RecordingSQL {
    private static let columns = "id, owner, title, mime_type, pieces, size_bytes, created_at, updated_at"

    /// Starts one.
    package static func insert(_ db: any SQLConnection, _ recording: Recording) throws {
        try db.execute(
            "INSERT INTO recordings (id, owner, title, mime_type, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                .id(recording.id), .id(recording.owner), .text(recording.title), .text(recording.mimeType),
                .time(recording.createdAt), .time(recording.updatedAt),
            ]
        )
    }

    /// An owner's recording.
    package static func get(_ db: any SQLConnection, _ owner: UserID, _ id: RecordingID) throws -> Recording? {
        let sql = "SELECT \(columns) FROM recordings WHERE id = $1 AND owner = $2"
        return try db.query(sql, [.id(id), .id(owner)]).first.map(recording)
    }

    /// An owner's recordings, oldest first.
    package static func list(_ db: any SQLConnection, _ owner: UserID) throws -> [Recording] {
        try db.query("SELECT \(columns) FROM recordings WHERE owner = $1 ORDER BY created_at, id", [.id(owner)]).map(recording)
    }

    /// Adds the next piece. False when `number` is not the next.
    package static func append(
        _ db: any SQLConnection,
        _ id: RecordingID,
        number: Int,
        _ content: [UInt8],
        at now: Timestamp
    ) throws -> Bool {
        let sql = """
            UPDATE recordings SET pieces = pieces + 1, size_bytes = size_bytes + $1, updated_at = $2 WHERE id = $3 AND pieces = $4
            """
        guard try db.execute(sql, [.int(content.count), .time(now), .id(id), .int(number)]) == 1 else { return false }
        try db.execute(
            "INSERT INTO recording_pieces (recording, number, content) VALUES ($1, $2, $3)",
            [.id(id), .int(number), .blob(content)]
        )
        return true
    }

    /// One piece.
    package static func piece(_ db: any SQLConnection, _ id: RecordingID, number: Int) throws -> [UInt8]? {
        let sql = "SELECT content FROM recording_pieces WHERE recording = $1 AND number = $2"
        return try db.query(sql, [.id(id), .int(number)]).first?.bytes("content")
    }

    /// Removes a recording with its pieces. False when it is gone already.
    @discardableResult
    package static func delete(_ db: any SQLConnection, _ id: RecordingID) throws -> Bool {
        try db.execute("DELETE FROM recordings WHERE id = $1", [.id(id)]) == 1
    }

    /// Removes a recording that has so many pieces. False when it has others, or is gone.
    package static func delete(_ db: any SQLConnection, _ id: RecordingID, withPieces pieces: Int) throws -> Bool {
        try db.execute("DELETE FROM recordings WHERE id = $1 AND pieces = $2", [.id(id), .int(pieces)]) == 1
    }

    /// Removes those that nobody touched since `time`. Answers how many went.
    package static func purge(_ db: any SQLConnection, before time: Timestamp, limit: Int) throws -> Int {
        let sql = """
            DELETE FROM recordings WHERE id IN (SELECT id FROM recordings WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)
            """
        return try db.execute(sql, [.time(time), .int(limit)])
    }

    private static func recording(_ row: any SQLRow) throws -> Recording {
        var recording = Recording(
            id: try row.id("id"),
            owner: try row.user("owner"),
            title: try row.text("title"),
            mimeType: try row.text("mime_type"),
            createdAt: try row.time("created_at")
        )
        recording.pieces = try row.int("pieces")
        recording.sizeBytes = try row.integer("size_bytes")
        recording.updatedAt = try row.time("updated_at")
        return recording
    }
}
