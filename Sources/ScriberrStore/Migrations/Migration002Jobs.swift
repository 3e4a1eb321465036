/// Jobs, their attempts and results, the event log, and what the scheduler remembers.
enum Migration002Jobs {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [transcriptions] + transcriptionIndexes + results(dialect) + scheduling + events(dialect) + [instances]
    }

    // `is_due` is 0 while a retry waits for `run_after`: what cannot be claimed yet must not lie in the index of what can.
    // `charge` is what the last claim added to its owner's virtual time.
    private static let transcriptions = """
        CREATE TABLE transcriptions (
            id TEXT PRIMARY KEY,
            owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            file_id TEXT NOT NULL,
            blob_key TEXT NOT NULL,
            title TEXT NOT NULL,
            title_folded TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('queued', 'processing', 'completed', 'failed', 'canceled')),
            options TEXT NOT NULL,
            priority BIGINT NOT NULL,
            queued_at BIGINT NOT NULL,
            run_after BIGINT NOT NULL,
            is_due BIGINT NOT NULL,
            attempt BIGINT NOT NULL DEFAULT 0,
            failures BIGINT NOT NULL DEFAULT 0,
            crashes BIGINT NOT NULL DEFAULT 0,
            max_attempts BIGINT NOT NULL,
            claimed_by TEXT,
            lease_expires_at BIGINT,
            cancel_requested_at BIGINT,
            progress DOUBLE PRECISION NOT NULL DEFAULT 0,
            stage TEXT NOT NULL,
            warnings TEXT NOT NULL DEFAULT '[]',
            error_code TEXT,
            error_message TEXT,
            detected_language TEXT,
            audio_seconds DOUBLE PRECISION,
            engine_provider TEXT,
            engine_model TEXT,
            engine_diarization_model TEXT,
            charge DOUBLE PRECISION NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            started_at BIGINT,
            completed_at BIGINT,
            failed_at BIGINT
        )
        """

    private static let transcriptionIndexes = [
        """
        CREATE INDEX transcriptions_line ON transcriptions (priority DESC, queued_at, created_at, id)
            WHERE status = 'queued' AND is_due = 1
        """,
        """
        CREATE INDEX transcriptions_owner_line
            ON transcriptions (owner, priority, queued_at, created_at, id)
            WHERE status = 'queued' AND is_due = 1
        """,
        "CREATE INDEX transcriptions_later ON transcriptions (run_after) WHERE status = 'queued' AND is_due = 0",
        // Leases are not part of it, so that renewals touch no index. It holds as many rows as there are busy workers. The
        // status leads so that the planner never prefers a larger index that happens to hold the status too.
        "CREATE INDEX transcriptions_running ON transcriptions (status, owner) WHERE status = 'processing'",
        "CREATE INDEX transcriptions_created ON transcriptions (owner, created_at, id)",
        // The status makes counting by it a matter of this index alone.
        "CREATE INDEX transcriptions_updated ON transcriptions (owner, updated_at, id, status)",
        "CREATE INDEX transcriptions_title ON transcriptions (owner, title_folded, id)",
        "CREATE INDEX transcriptions_file ON transcriptions (file_id)",
    ]

    private static func results(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE executions (
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
            )
            """,
            """
            CREATE TABLE transcripts (
                job TEXT PRIMARY KEY REFERENCES transcriptions (id) ON DELETE CASCADE,
                version BIGINT NOT NULL,
                content \(dialect.bytes) NOT NULL,
                text TEXT NOT NULL,
                updated_at BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE checkpoints (
                job TEXT NOT NULL REFERENCES transcriptions (id) ON DELETE CASCADE,
                step TEXT NOT NULL,
                piece BIGINT NOT NULL,
                fingerprint TEXT NOT NULL,
                payload \(dialect.bytes) NOT NULL,
                attempt BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                PRIMARY KEY (job, step, piece)
            )
            """,
        ]
    }

    // A lane is the waiting, due work of one owner at one priority. Its head is the job that goes first; a lane without a
    // head has nothing to give. `queue_clock` is the virtual time at which an owner who comes back takes part again.
    private static let scheduling = [
        """
        CREATE TABLE queue_lanes (
            owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            priority BIGINT NOT NULL,
            virtual_time DOUBLE PRECISION NOT NULL,
            head_queued_at BIGINT,
            head_created_at BIGINT,
            head_id TEXT,
            PRIMARY KEY (owner, priority)
        )
        """,
        """
        CREATE INDEX queue_lanes_fair ON queue_lanes (priority DESC, virtual_time, head_queued_at, owner)
            WHERE head_id IS NOT NULL
        """,
        """
        CREATE INDEX queue_lanes_line ON queue_lanes (priority DESC, head_queued_at, head_created_at, head_id)
            WHERE head_id IS NOT NULL
        """,
        """
        CREATE TABLE queue_clock (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            virtual_time DOUBLE PRECISION NOT NULL
        )
        """,
        "INSERT INTO queue_clock (id, virtual_time) VALUES (1, 0)",
        """
        CREATE TABLE queue_speed (
            model TEXT PRIMARY KEY,
            seconds_per_audio_second DOUBLE PRECISION NOT NULL,
            samples BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )
        """,
    ]

    private static func events(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE events (
                sequence \(dialect.growingNumber),
                owner BIGINT NOT NULL,
                subject TEXT NOT NULL,
                type TEXT NOT NULL,
                payload TEXT NOT NULL,
                at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX events_owner ON events (owner, sequence)",
            "CREATE INDEX events_subject ON events (subject, sequence)",
        ]
    }

    private static let instances = """
        CREATE TABLE instances (
            id TEXT PRIMARY KEY,
            host TEXT NOT NULL,
            process_id BIGINT NOT NULL,
            version TEXT NOT NULL,
            exclusive_seat TEXT,
            slots BIGINT NOT NULL,
            started_at BIGINT NOT NULL,
            seen_at BIGINT NOT NULL
        )
        """
}

extension SQLDialect {
    /// A primary key that grows with each row and is never used twice, not even after the last row was deleted.
    fileprivate var growingNumber: String {
        switch self {
        case .sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT"
        case .postgres: "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
        }
    }

    /// The type of a column of bytes.
    fileprivate var bytes: String {
        switch self {
        case .sqlite: "BLOB"
        case .postgres: "BYTEA"
        }
    }
}
