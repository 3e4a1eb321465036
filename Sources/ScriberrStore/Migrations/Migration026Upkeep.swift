/// Less to keep up with each change of a job.
enum Migration026Upkeep {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        // Whoever reads the log live reads all of it. The few who come back behind an old place walk from there.
        ["DROP INDEX events_owner", "DROP INDEX events_subject"] + (dialect == .sqlite ? lanes : [])
    }

    // Lanes, and the index that finds their heads, are made when somebody first claims by them: see `Lanes.takeTurn`.
    // PostgreSQL has the flag since step 13, and keeps its index.
    private static let lanes = [
        "ALTER TABLE queue_clock ADD COLUMN lanes_kept BIGINT NOT NULL DEFAULT 0",
        "DROP INDEX transcriptions_owner_line",
    ]
}
