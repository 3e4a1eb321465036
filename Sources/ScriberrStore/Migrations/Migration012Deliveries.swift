/// What is and was sent to webhooks.
enum Migration012Deliveries {
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE webhook_deliveries (
                id TEXT PRIMARY KEY,
                webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
                owner BIGINT NOT NULL,
                message_id TEXT NOT NULL,
                type TEXT NOT NULL,
                body TEXT NOT NULL,
                status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
                attempts BIGINT NOT NULL,
                next_attempt_at BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                last_attempt_at BIGINT,
                last_status BIGINT,
                last_error TEXT
            )
            """,
            "CREATE UNIQUE INDEX webhook_deliveries_message ON webhook_deliveries (webhook, message_id)",
            "CREATE INDEX webhook_deliveries_log ON webhook_deliveries (webhook, id)",
            """
            CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook, next_attempt_at, message_id)
                WHERE status = 'pending'
            """,
            """
            CREATE INDEX webhook_deliveries_line ON webhook_deliveries (next_attempt_at, webhook) WHERE status = 'pending'
            """,
            "CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at)",
            """
            CREATE TABLE webhook_attempts (
                delivery TEXT NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
                number BIGINT NOT NULL,
                at BIGINT NOT NULL,
                milliseconds BIGINT NOT NULL,
                status BIGINT,
                error TEXT,
                response TEXT NOT NULL,
                PRIMARY KEY (delivery, number)
            )
            """,
        ]
    }
}
