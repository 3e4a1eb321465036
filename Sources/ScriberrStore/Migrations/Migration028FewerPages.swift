/// SQLite writes fewer pages for each change of a job: events are numbered by the newest of them, without a table that counts
/// (``EventLog/prune(_:before:keep:limit:)`` never takes the newest), and what is to be made searchable is its own key.
enum Migration028FewerPages {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] { dialect == .sqlite ? events + pending : [] }

    private static let columns = "sequence, owner, subject, type, payload, at"

    private static let events = [
        """
        CREATE TABLE events_by_number (
            sequence INTEGER PRIMARY KEY,
            owner BIGINT NOT NULL,
            subject TEXT NOT NULL,
            type TEXT NOT NULL,
            payload TEXT NOT NULL,
            at BIGINT NOT NULL
        )
        """,
        "INSERT INTO events_by_number (\(columns)) SELECT \(columns) FROM events",
        // A log that was emptied goes on where it was.
        """
        INSERT INTO events_by_number (\(columns)) SELECT seq, 0, '', '\(EventLog.heldPlace)', '{}', 0 FROM sqlite_sequence
        WHERE name = 'events' AND seq > coalesce((SELECT max(sequence) FROM events), 0)
        """,
        "DROP TABLE events",
        "ALTER TABLE events_by_number RENAME TO events",
    ]

    // Triggers name the table, so that it cannot be made under another name first.
    private static let pending = [
        "CREATE TABLE search_pending_before (job TEXT NOT NULL)",
        "INSERT INTO search_pending_before (job) SELECT job FROM search_pending",
        "DROP TABLE search_pending",
        """
        CREATE TABLE search_pending (
            job TEXT PRIMARY KEY REFERENCES transcriptions (id) ON DELETE CASCADE
        ) WITHOUT ROWID
        """,
        "INSERT INTO search_pending (job) SELECT job FROM search_pending_before",
        "DROP TABLE search_pending_before",
    ]
}
