/// People, their keys, recordings, profiles and remembered answers.
enum Migration001Accounts {
    /// The statements, in order, in the words of `dialect`.
    static func statements(_ dialect: SQLDialect) -> [String] {
        accounts(dialect) + files + profiles + idempotency(dialect)
    }

    private static func accounts(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE users (
                id \(dialect.rowNumber),
                username TEXT NOT NULL,
                username_folded TEXT NOT NULL UNIQUE,
                password_hash TEXT NOT NULL,
                role TEXT NOT NULL,
                is_disabled BIGINT NOT NULL DEFAULT 0,
                token_version BIGINT NOT NULL DEFAULT 1,
                auto_transcription BIGINT NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL
            )
            """,
            // One row at most: whoever writes it first has registered.
            """
            CREATE TABLE registration (
                id BIGINT PRIMARY KEY CHECK (id = 1),
                registered_at BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE refresh_tokens (
                hash TEXT PRIMARY KEY,
                session TEXT NOT NULL,
                owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                expires_at BIGINT NOT NULL,
                used_at BIGINT
            )
            """,
            "CREATE INDEX refresh_tokens_session ON refresh_tokens (session)",
            "CREATE INDEX refresh_tokens_owner ON refresh_tokens (owner, expires_at)",
            """
            CREATE TABLE api_keys (
                id \(dialect.rowNumber),
                owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                hash TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL,
                description TEXT NOT NULL,
                preview TEXT NOT NULL,
                scopes TEXT NOT NULL,
                expires_at BIGINT,
                last_used_at BIGINT,
                created_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX api_keys_owner ON api_keys (owner)",
        ]
    }

    private static let files = [
        """
        CREATE TABLE files (
            id TEXT PRIMARY KEY,
            owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            title TEXT NOT NULL,
            title_folded TEXT NOT NULL,
            kind TEXT NOT NULL,
            status TEXT NOT NULL,
            mime_type TEXT NOT NULL,
            size_bytes BIGINT NOT NULL,
            sha256 TEXT NOT NULL,
            duration_seconds DOUBLE PRECISION,
            blob_key TEXT NOT NULL,
            error_code TEXT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            deleted_at BIGINT
        )
        """,
        "CREATE INDEX files_created ON files (owner, created_at, id) WHERE deleted_at IS NULL",
        "CREATE INDEX files_updated ON files (owner, updated_at, id) WHERE deleted_at IS NULL",
        "CREATE INDEX files_title ON files (owner, title_folded, id) WHERE deleted_at IS NULL",
        "CREATE INDEX files_bytes ON files (owner, sha256)",
        "CREATE INDEX files_blob ON files (blob_key)",
        // Blobs that no row names, or not yet: written before a blob becomes visible and when its last row goes.
        """
        CREATE TABLE unclaimed_blobs (
            blob_key TEXT PRIMARY KEY,
            since BIGINT NOT NULL
        )
        """,
    ]

    private static let profiles = [
        """
        CREATE TABLE profiles (
            id TEXT PRIMARY KEY,
            owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            is_default BIGINT NOT NULL,
            options TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX profiles_owner ON profiles (owner, created_at)",
        "CREATE UNIQUE INDEX profiles_default ON profiles (owner) WHERE is_default = 1",
    ]

    private static func idempotency(_ dialect: SQLDialect) -> [String] {
        [
            """
            CREATE TABLE idempotency_keys (
                owner BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                scope TEXT NOT NULL,
                token TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                answer \(dialect.bytes),
                expires_at BIGINT NOT NULL,
                PRIMARY KEY (owner, scope)
            )
            """,
            "CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)",
        ]
    }
}

extension SQLDialect {
    /// A primary key that the database numbers, never using a number twice.
    fileprivate var rowNumber: String {
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
