/// Uploads that come in pieces.
enum Migration010Uploads {
    // What was received and is durable ends at `offset_bytes`; bytes of the staged file behind it do not count. `file_id` is set
    // in the transaction that makes the file.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE partial_uploads (
                id TEXT PRIMARY KEY,
                owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                length_bytes BIGINT NOT NULL,
                offset_bytes BIGINT NOT NULL,
                metadata TEXT NOT NULL,
                file_id TEXT,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX partial_uploads_owner ON partial_uploads (owner)",
            "CREATE INDEX partial_uploads_expiry ON partial_uploads (expires_at)",
        ]
    }
}
