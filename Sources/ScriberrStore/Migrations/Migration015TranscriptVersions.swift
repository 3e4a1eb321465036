/// What people made of transcripts: names of speakers, authors, and the way back to earlier versions.
enum Migration015TranscriptVersions {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        let bytes =
            switch dialect {
            case .sqlite: "BLOB"
            case .postgres: "BYTEA"
            }
        return [
            "ALTER TABLE transcripts ADD COLUMN speakers TEXT NOT NULL DEFAULT '{}'",
            "ALTER TABLE transcripts ADD COLUMN author TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE transcripts ADD COLUMN changes TEXT NOT NULL DEFAULT ''",
            // `step` leads from the next version back to this one.
            """
            CREATE TABLE transcript_versions (
                job TEXT NOT NULL REFERENCES transcripts (job) ON DELETE CASCADE,
                version BIGINT NOT NULL,
                author TEXT NOT NULL,
                changes TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                step \(bytes) NOT NULL,
                PRIMARY KEY (job, version)
            )
            """,
        ]
    }
}
