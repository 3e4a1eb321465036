package import ScriberrCore

/// Refresh tokens as rows: hashes only. All tokens that came from one login share a session.
package enum RefreshTokenSQL {
    /// Stores a new token.
    package static func insert(
        _ db: any SQLConnection,
        hash: String,
        session: String,
        owner: UserID,
        expiresAt: Timestamp
    ) throws {
        try db.execute(
            "INSERT INTO refresh_tokens (hash, session, owner, expires_at) VALUES ($1, $2, $3, $4)",
            [.text(hash), .text(session), .id(owner), .time(expiresAt)]
        )
    }

    /// Uses up a token that is neither used nor expired: its session and owner. Of two calls one succeeds.
    package static func consume(
        _ db: any SQLConnection,
        hash: String,
        at now: Timestamp
    ) throws -> (session: String, owner: UserID)? {
        let sql = """
            UPDATE refresh_tokens SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $3
            RETURNING session, owner
            """
        return try db.query(sql, [.time(now), .text(hash), .time(now)]).first
            .map { (try $0.text("session"), try $0.user("owner")) }
    }

    /// The session that a token belongs or belonged to.
    package static func session(_ db: any SQLConnection, hash: String) throws -> String? {
        try db.query("SELECT session FROM refresh_tokens WHERE hash = $1", [.text(hash)]).first?.text("session")
    }

    /// Whether a session has not been ended.
    package static func isOpen(_ db: any SQLConnection, session: String, owner: UserID) throws -> Bool {
        let sql = "SELECT 1 AS found FROM refresh_tokens WHERE session = $1 AND owner = $2 LIMIT 1"
        return try !db.query(sql, [.text(session), .id(owner)]).isEmpty
    }

    /// Ends one session.
    package static func end(_ db: any SQLConnection, session: String) throws {
        try db.execute("DELETE FROM refresh_tokens WHERE session = $1", [.text(session)])
    }

    /// Ends every session of an account.
    package static func endAll(_ db: any SQLConnection, owner: UserID) throws {
        try db.execute("DELETE FROM refresh_tokens WHERE owner = $1", [.id(owner)])
    }

    /// Forgets an account's expired tokens.
    package static func purge(_ db: any SQLConnection, owner: UserID, at now: Timestamp) throws {
        try db.execute("DELETE FROM refresh_tokens WHERE owner = $1 AND expires_at <= $2", [.id(owner), .time(now)])
    }
}
