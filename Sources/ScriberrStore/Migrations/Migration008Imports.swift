/// Recordings that are being fetched from addresses.
enum Migration008Imports {
    /// The statements, in order.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            // A row goes with its file, and as soon as the file is there or has failed: addresses can hold secrets.
            """
            CREATE TABLE imports (
                file_id TEXT PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
                owner BIGINT NOT NULL,
                url TEXT NOT NULL,
                from_site BIGINT NOT NULL,
                has_title BIGINT NOT NULL,
                attempt BIGINT NOT NULL DEFAULT 0,
                lease_expires_at BIGINT NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX imports_due ON imports (lease_expires_at, created_at)",
        ]
    }
}
