/// Whether workers take new jobs (there is a row while they do not), and recordings that are still being made.
enum Migration016PauseAndRecordings {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        let bytes =
            switch dialect {
            case .sqlite: "BLOB"
            case .postgres: "BYTEA"
            }
        return [
            """
            CREATE TABLE queue_pause (
                id BIGINT PRIMARY KEY CHECK (id = 1),
                paused_at BIGINT NOT NULL,
                paused_by TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE recordings (
                id TEXT PRIMARY KEY,
                owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                title TEXT NOT NULL,
                mime_type TEXT NOT NULL,
                pieces BIGINT NOT NULL DEFAULT 0,
                size_bytes BIGINT NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX recordings_owner ON recordings (owner, created_at)",
            "CREATE INDEX recordings_age ON recordings (updated_at)",
            """
            CREATE TABLE recording_pieces (
                recording TEXT NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
                number BIGINT NOT NULL,
                content \(bytes) NOT NULL,
                PRIMARY KEY (recording, number)
            )
            """,
        ]
    }
}
