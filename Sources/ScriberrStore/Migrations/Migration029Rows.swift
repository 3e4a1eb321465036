/// PostgreSQL does less for each row of a job's way.
enum Migration029Rows {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] { dialect == .postgres ? keys + search + storage : [] }

    // Rows of these tables are written by transactions that hold the job's row, or with it, so that nothing is learned by looking
    // whether it is there, once for each row. What goes with a job goes by one statement; transcripts go first, because a change
    // of one that is under way notes it for the search.
    private static let keys = [
        "ALTER TABLE executions DROP CONSTRAINT executions_job_fkey",
        "ALTER TABLE transcripts DROP CONSTRAINT transcripts_job_fkey",
        "ALTER TABLE search_pending DROP CONSTRAINT search_pending_job_fkey",
        """
        CREATE FUNCTION remove_with_jobs() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            DELETE FROM transcripts WHERE job = ANY (ARRAY(SELECT id FROM gone));
            DELETE FROM executions WHERE job = ANY (ARRAY(SELECT id FROM gone));
            DELETE FROM search_pending WHERE job = ANY (ARRAY(SELECT id FROM gone));
            RETURN NULL;
        END
        $body$
        """,
        """
        CREATE TRIGGER transcriptions_gone AFTER DELETE ON transcriptions REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION remove_with_jobs()
        """,
        // The words are ours; the statements that write them name them.
        "ALTER TABLE transcriptions DROP CONSTRAINT transcriptions_status_check",
    ]

    private static let search = [
        "DROP TRIGGER transcripts_changed ON transcripts",
        """
        CREATE OR REPLACE FUNCTION note_search_pending() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO search_pending (job) SELECT job FROM written ON CONFLICT DO NOTHING;
            RETURN NULL;
        END
        $body$
        """,
        """
        CREATE TRIGGER transcripts_made AFTER INSERT ON transcripts REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION note_search_pending()
        """,
        """
        CREATE TRIGGER transcripts_changed AFTER UPDATE ON transcripts REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION note_search_pending()
        """,
    ]

    // An attempt's row ends on the page where it began. The index of lanes' heads is made with the lanes: see `Lanes.takeTurn`.
    private static let storage = [
        "ALTER TABLE executions SET (fillfactor = 60)",
        """
        DO $body$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM queue_clock WHERE lanes_kept = 1) THEN DROP INDEX transcriptions_owner_line; END IF;
        END $body$
        """,
    ]
}
