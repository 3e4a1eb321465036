package import ScriberrCore

/// Requests that carry an idempotency key, as rows. A row without an answer is a request that runs.
package enum IdempotencySQL {
    /// A key's row.
    package struct Entry: Sendable, Hashable {
        /// Names the run that holds or held the key.
        package var token: String
        /// A digest of the request.
        package var fingerprint: String
        /// The sealed answer; nil while the request runs.
        package var answer: [UInt8]?
    }

    /// Takes a key that is free or expired. False when it is held.
    package static func reserve(
        _ db: any SQLConnection,
        owner: UserID,
        scope: String,
        token: String,
        fingerprint: String,
        until expiry: Timestamp,
        at now: Timestamp
    ) throws -> Bool {
        try db.execute(
            "DELETE FROM idempotency_keys WHERE owner = $1 AND scope = $2 AND expires_at <= $3",
            [.id(owner), .text(scope), .time(now)]
        )
        let sql = """
            INSERT INTO idempotency_keys (owner, scope, token, fingerprint, expires_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """
        return try db.execute(
            sql,
            [.id(owner), .text(scope), .text(token), .text(fingerprint), .time(expiry)]
        ) == 1
    }

    /// The row that holds a key.
    package static func get(
        _ db: any SQLConnection,
        owner: UserID,
        scope: String,
        at now: Timestamp
    ) throws -> Entry? {
        let sql = """
            SELECT token, fingerprint, answer FROM idempotency_keys
            WHERE owner = $1 AND scope = $2 AND expires_at > $3
            """
        return try db.query(sql, [.id(owner), .text(scope), .time(now)]).first.map { row in
            Entry(
                token: try row.text("token"),
                fingerprint: try row.text("fingerprint"),
                answer: row.value("answer") == .null ? nil : try row.bytes("answer")
            )
        }
    }

    /// Keeps a run's answer; false when the run no longer holds the key.
    package static func complete(
        _ db: any SQLConnection,
        owner: UserID,
        scope: String,
        token: String,
        answer: [UInt8],
        until expiry: Timestamp
    ) throws -> Bool {
        let sql = """
            UPDATE idempotency_keys SET answer = $1, expires_at = $2 WHERE owner = $3 AND scope = $4 AND token = $5
            """
        return try db.execute(
            sql,
            [.blob(answer), .time(expiry), .id(owner), .text(scope), .text(token)]
        ) == 1
    }

    /// Lets a run hold its key for longer.
    package static func extend(
        _ db: any SQLConnection,
        owner: UserID,
        scope: String,
        token: String,
        until expiry: Timestamp
    ) throws {
        let sql = """
            UPDATE idempotency_keys SET expires_at = $1 WHERE owner = $2 AND scope = $3 AND token = $4 AND answer IS NULL
            """
        try db.execute(sql, [.time(expiry), .id(owner), .text(scope), .text(token)])
    }

    /// Lets a key go, if this run still holds it and has not answered.
    package static func release(_ db: any SQLConnection, owner: UserID, scope: String, token: String) throws {
        try db.execute(
            "DELETE FROM idempotency_keys WHERE owner = $1 AND scope = $2 AND token = $3 AND answer IS NULL",
            [.id(owner), .text(scope), .text(token)]
        )
    }

    /// Lets every key go whose run has not ended: for a server that knows that no other runs.
    package static func releaseUnanswered(_ db: any SQLConnection) throws {
        try db.execute("DELETE FROM idempotency_keys WHERE answer IS NULL", [])
    }

    /// Forgets what has expired, at most `limit` keys. Answers how many went.
    package static func purge(_ db: any SQLConnection, at now: Timestamp, limit: Int) throws -> Int {
        let sql = """
            DELETE FROM idempotency_keys WHERE (owner, scope) IN
                (SELECT owner, scope FROM idempotency_keys WHERE expires_at <= $1 LIMIT $2)
            """
        return try db.execute(sql, [.time(now), .int(limit)])
    }
}
