/// Several machines: what a job asks of its worker, what a worker offers, and what PostgreSQL needs beyond SQLite.
enum Migration013Cluster {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        shared + (dialect == .postgres ? eventNumbers + lanes + storage : [])
    }

    // `models` has a comma before and after each name; nil stands for whatever can be downloaded. `has_cuda` is nil for
    // processes of a time when nobody asked.
    private static let shared = [
        "ALTER TABLE transcriptions ADD COLUMN needs_model TEXT",
        "ALTER TABLE transcriptions ADD COLUMN needs_cuda BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE instances ADD COLUMN role TEXT NOT NULL DEFAULT 'server'",
        "ALTER TABLE instances ADD COLUMN models TEXT",
        "ALTER TABLE instances ADD COLUMN has_cuda BIGINT NOT NULL DEFAULT 1",
    ]

    // Whoever draws a number tells, until the transaction ends, behind which one its own lie: `EventHorizon` reads that.
    private static let eventNumbers = [
        "ALTER TABLE events ALTER COLUMN sequence DROP IDENTITY IF EXISTS",
        "CREATE SEQUENCE events_sequence_seq OWNED BY events.sequence",
        """
        CREATE FUNCTION next_event_sequence() RETURNS BIGINT LANGUAGE plpgsql AS $body$
        DECLARE last BIGINT;
        BEGIN
            IF coalesce(current_setting('scriberr.last_event', true), '') = '' THEN
                SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO last FROM events_sequence_seq;
                PERFORM pg_advisory_xact_lock_shared((\(EventHorizon.lockClass)::bigint << 32) + last);
                PERFORM set_config('scriberr.last_event', last::text, true);
            END IF;
            RETURN nextval('events_sequence_seq');
        END
        $body$
        """,
        "ALTER TABLE events ALTER COLUMN sequence SET DEFAULT next_event_sequence()",
    ]

    // Lanes are kept only once somebody claims by them: an owner's lane is one row, over which the owner's enqueues and claims
    // would queue up.
    private static let lanes = ["ALTER TABLE queue_clock ADD COLUMN lanes_kept BIGINT NOT NULL DEFAULT 0"]

    // Room on the pages for rows that change, and no heaps of dead rows before the first in line.
    private static let storage = [
        "ALTER TABLE transcriptions SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0)",
        "ALTER TABLE queue_lanes SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01)",
        "ALTER TABLE queue_speed SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)",
        "ALTER TABLE checkpoints SET (autovacuum_vacuum_scale_factor = 0.02)",
    ]
}
