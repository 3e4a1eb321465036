package import ScriberrCore

extension TranscriptionSQL {
    /// The oldest job of an owner for a file.
    package static func first(_ db: any SQLConnection, _ owner: UserID, of file: FileID) throws -> Transcription? {
        let sql = """
            SELECT \(Transcription.columns) FROM transcriptions WHERE file_id = $1 AND owner = $2
            ORDER BY created_at, id LIMIT 1
            """
        return try db.query(sql, [.id(file), .id(owner)]).first.map(Transcription.init(row:))
    }
}
