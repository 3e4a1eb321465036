/// Models that somebody asked for and that are not there yet.
enum Migration005ModelPulls {
    /// The statements, in order; both dialects share them.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE model_pulls (
                model TEXT PRIMARY KEY,
                status TEXT NOT NULL,
                received_bytes BIGINT NOT NULL DEFAULT 0,
                total_bytes BIGINT,
                error_code TEXT,
                error_message TEXT,
                requested_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL
            )
            """
        ]
    }
}
