/// Subscriptions to events by HTTP.
enum Migration011Webhooks {
    // The cursor is how far the event log was turned into deliveries.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE webhooks (
                id TEXT PRIMARY KEY,
                owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                url TEXT NOT NULL,
                description TEXT NOT NULL,
                types TEXT NOT NULL,
                job TEXT,
                secret TEXT NOT NULL,
                previous_secret TEXT,
                previous_secret_ends BIGINT,
                is_enabled BIGINT NOT NULL,
                disabled_reason TEXT,
                failing_since BIGINT,
                starts_behind BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX webhooks_owner ON webhooks (owner, created_at, id)",
            "CREATE INDEX webhooks_subscribed ON webhooks (owner) WHERE job IS NULL",
            "CREATE INDEX webhooks_job ON webhooks (job) WHERE job IS NOT NULL",
            """
            CREATE TABLE webhook_cursor (
                id BIGINT PRIMARY KEY CHECK (id = 1),
                sequence BIGINT NOT NULL
            )
            """,
            "INSERT INTO webhook_cursor (id, sequence) SELECT 1, coalesce(max(sequence), 0) FROM events",
        ]
    }
}
