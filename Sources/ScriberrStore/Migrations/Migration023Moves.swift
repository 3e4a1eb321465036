/// What a database remembers while everything in it is moved to another one.
enum Migration023Moves {
    /// The statements, in order; both dialects share them.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            // `out` in the database that is copied, `in` in the one that is filled, both with the token of the move.
            """
            CREATE TABLE database_moves (
                role TEXT PRIMARY KEY CHECK (role IN ('in', 'out')),
                token TEXT NOT NULL,
                started_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL
            )
            """,
            // How far each part of a move has come: the key of the last row that was copied, as JSON.
            """
            CREATE TABLE database_move_progress (
                part TEXT PRIMARY KEY,
                last_key TEXT NOT NULL,
                copied BIGINT NOT NULL
            )
            """,
        ]
    }
}
