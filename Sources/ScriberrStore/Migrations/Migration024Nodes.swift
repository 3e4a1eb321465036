/// The processes that serve the API, and by which secret they sign.
enum Migration024Nodes {
    /// The statements, in order; both dialects share them.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            // `secret_print` tells whether two nodes have the same secret, and nothing about it.
            """
            CREATE TABLE nodes (
                id TEXT PRIMARY KEY,
                host TEXT NOT NULL,
                process_id BIGINT NOT NULL,
                version TEXT NOT NULL,
                secret_print TEXT NOT NULL,
                started_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL
            )
            """,
            // Nobody has CUDA who did not say so.
            "UPDATE instances SET has_cuda = 0 WHERE process_id = 0",
        ]
    }
}
