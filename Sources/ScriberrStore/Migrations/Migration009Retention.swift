/// For how long recordings and transcripts are kept, and what was deleted because of it.
enum Migration009Retention {
    /// The statements, in order.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE retention_rules (
                owner BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
                audio_days BIGINT,
                transcript_days BIGINT,
                audio_after_success BIGINT NOT NULL
            )
            """,
            // A job's own rules; they stand instead of its owner's.
            """
            CREATE TABLE job_retention_rules (
                job TEXT PRIMARY KEY REFERENCES transcriptions (id) ON DELETE CASCADE,
                audio_days BIGINT,
                transcript_days BIGINT,
                audio_after_success BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE deletions (
                owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                title TEXT NOT NULL,
                reason TEXT NOT NULL,
                size_bytes BIGINT NOT NULL,
                deleted_at BIGINT NOT NULL,
                PRIMARY KEY (owner, subject)
            )
            """,
            "CREATE INDEX deletions_newest ON deletions (owner, deleted_at DESC, subject)",
        ]
    }
}
