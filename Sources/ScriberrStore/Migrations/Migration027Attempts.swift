/// SQLite keeps attempts in the tree of their key: a row and its key are one entry on one page instead of two on two.
enum Migration027Attempts {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] { dialect == .sqlite ? rebuilt : [] }

    private static let columns =
        "job, number, id, status, provider, model, started_at, completed_at, failed_at, error_code, error_message"

    private static let rebuilt = [
        """
        CREATE TABLE executions_by_key (
            job TEXT NOT NULL REFERENCES transcriptions (id) ON DELETE CASCADE,
            number BIGINT NOT NULL,
            id TEXT NOT NULL,
            status TEXT NOT NULL,
            provider TEXT NOT NULL DEFAULT '',
            model TEXT NOT NULL DEFAULT '',
            started_at BIGINT NOT NULL,
            completed_at BIGINT,
            failed_at BIGINT,
            error_code TEXT,
            error_message TEXT,
            PRIMARY KEY (job, number)
        ) WITHOUT ROWID
        """,
        "INSERT INTO executions_by_key (\(columns)) SELECT \(columns) FROM executions",
        "DROP TABLE executions",
        "ALTER TABLE executions_by_key RENAME TO executions",
    ]
}
