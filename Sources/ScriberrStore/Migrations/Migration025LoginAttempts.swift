/// Failed logins, where several nodes must count them together.
enum Migration025LoginAttempts {
    /// The statements, in order; both dialects share them.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            // `key` is a digest: what people type as a name may be their password.
            """
            CREATE TABLE login_attempts (
                key TEXT PRIMARY KEY,
                failures BIGINT NOT NULL,
                blocked_until BIGINT NOT NULL,
                touched_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX login_attempts_age ON login_attempts (touched_at)",
        ]
    }
}
