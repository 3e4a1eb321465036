package import ScriberrCore

/// API keys as rows: hashes only.
package enum APIKeySQL {
    private static let columns = """
        k.id, k.owner, k.name, k.description, k.preview, k.scopes, k.expires_at, k.last_used_at, k.created_at
        """

    /// Stores a key; the number in `key` is ignored.
    package static func insert(_ db: any SQLConnection, _ key: APIKey, hash: String) throws -> APIKey {
        let sql = """
            INSERT INTO api_keys (owner, hash, name, description, preview, scopes, expires_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
            """
        let scopes = key.scopes.sorted().map(\.rawValue).joined(separator: " ")
        let rows = try db.query(
            sql,
            [
                .id(key.owner), .text(hash), .text(key.name), .text(key.description), .text(key.preview),
                .text(scopes), .time(key.expiresAt), .time(key.createdAt),
            ]
        )
        guard let row = rows.first else { throw ScriberrError(.storageFailed, "The key could not be stored.") }
        var stored = key
        stored.id = try row.integer("id")
        return stored
    }

    /// An owner's keys, newest first.
    package static func list(_ db: any SQLConnection, _ owner: UserID) throws -> [APIKey] {
        try db.query("SELECT \(columns) FROM api_keys k WHERE k.owner = $1 ORDER BY k.id DESC", [.id(owner)]).map(key)
    }

    /// Removes a key. False when the owner has no such key.
    package static func delete(_ db: any SQLConnection, _ owner: UserID, _ id: Int64) throws -> Bool {
        try db.execute("DELETE FROM api_keys WHERE owner = $1 AND id = $2", [.id(owner), .integer(id)]) == 1
    }

    /// The key with this hash and its owner's account, unless expired or locked out.
    package static func find(
        _ db: any SQLConnection,
        hash: String,
        at now: Timestamp
    ) throws -> (key: APIKey, username: String, role: User.Role)? {
        let sql = """
            SELECT \(columns), u.username, u.role FROM api_keys k JOIN users u ON u.id = k.owner
            WHERE k.hash = $1 AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.is_disabled = 0
            """
        return try db.query(sql, [.text(hash), .time(now)]).first
            .map { (try key($0), try $0.text("username"), try $0.choice("role")) }
    }

    /// Whether a key still works.
    package static func isUsable(_ db: any SQLConnection, _ id: Int64, at now: Timestamp) throws -> Bool {
        let sql = """
            SELECT k.id FROM api_keys k JOIN users u ON u.id = k.owner
            WHERE k.id = $1 AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.is_disabled = 0
            """
        return try !db.query(sql, [.integer(id), .time(now)]).isEmpty
    }

    /// Notes a use unless one was noted since `before`. Touches nothing else, so that a revoked key stays revoked.
    package static func touch(_ db: any SQLConnection, _ id: Int64, at now: Timestamp, unlessSince before: Timestamp) throws {
        try db.execute(
            "UPDATE api_keys SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $3)",
            [.time(now), .integer(id), .time(before)]
        )
    }

    private static func key(_ row: any SQLRow) throws -> APIKey {
        APIKey(
            id: try row.integer("id"),
            owner: try row.user("owner"),
            name: try row.text("name"),
            description: try row.text("description"),
            preview: try row.text("preview"),
            scopes: Set(try row.text("scopes").split(separator: " ").compactMap { APIKey.Scope(rawValue: String($0)) }),
            expiresAt: try row.optionalTime("expires_at"),
            lastUsedAt: try row.optionalTime("last_used_at"),
            createdAt: try row.time("created_at")
        )
    }
}
