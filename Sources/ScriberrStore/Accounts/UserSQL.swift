package import ScriberrCore

/// Accounts as rows.
package enum UserSQL {
    private static let columns = "id, username, role, is_disabled, token_version, created_at, updated_at"

    /// Whether there is an account or ever was a registration.
    package static func isRegistered(_ db: any SQLConnection) throws -> Bool {
        try !db.query("SELECT 1 AS found FROM registration UNION ALL SELECT 1 FROM users LIMIT 1", []).isEmpty
    }

    /// Takes the one registration there is. False when it is taken.
    package static func takeRegistration(_ db: any SQLConnection, at now: Timestamp) throws -> Bool {
        try db.execute(
            "INSERT INTO registration (id, registered_at) VALUES (1, $1) ON CONFLICT DO NOTHING",
            [.time(now)]
        ) == 1
    }

    /// Makes an account; nil when the name is taken.
    package static func insert(
        _ db: any SQLConnection,
        username: String,
        folded: String,
        passwordHash: String,
        role: User.Role,
        at now: Timestamp
    ) throws -> User? {
        let sql = """
            INSERT INTO users (username, username_folded, password_hash, role, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING \(columns)
            """
        return try db.query(
            sql,
            [.text(username), .text(folded), .text(passwordHash), .text(role.rawValue), .time(now), .time(now)]
        ).first.map(user)
    }

    /// The account with this number.
    package static func get(_ db: any SQLConnection, _ id: UserID) throws -> User? {
        try db.query("SELECT \(columns) FROM users WHERE id = $1", [.id(id)]).first.map(user)
    }

    /// The account with this number, if this session of it is open.
    package static func get(_ db: any SQLConnection, _ id: UserID, inSession session: String) throws -> User? {
        try db.query(inSessionSQL, [.id(id), .text(session)]).first.map(user)
    }

    private static let inSessionSQL = """
        SELECT \(columns) FROM users
        WHERE id = $1 AND EXISTS (SELECT 1 FROM refresh_tokens WHERE session = $2 AND owner = users.id)
        """

    /// The account with this name, and its password's hash.
    package static func find(_ db: any SQLConnection, folded: String) throws -> (user: User, passwordHash: String)? {
        try db.query("SELECT \(columns), password_hash FROM users WHERE username_folded = $1", [.text(folded)]).first
            .map { (try user($0), try $0.text("password_hash")) }
    }

    /// The hash of an account's password.
    package static func passwordHash(_ db: any SQLConnection, _ id: UserID) throws -> String? {
        try db.query("SELECT password_hash FROM users WHERE id = $1", [.id(id)]).first?.text("password_hash")
    }

    /// Every account, oldest first.
    package static func all(_ db: any SQLConnection) throws -> [User] {
        try db.query("SELECT \(columns) FROM users ORDER BY id", []).map(user)
    }

    /// Whether an admin other than `id` can still get in.
    package static func hasAdmin(_ db: any SQLConnection, otherThan id: UserID) throws -> Bool {
        let sql = "SELECT id FROM users WHERE role = 'admin' AND is_disabled = 0 AND id <> $1 LIMIT 1"
        return try !db.query(sql, [.id(id)]).isEmpty
    }

    /// Stores a new password's hash if the old one is still `old`, and ends every session by a new token version.
    package static func setPassword(
        _ db: any SQLConnection,
        _ id: UserID,
        from old: String,
        to new: String,
        at now: Timestamp
    ) throws -> Bool {
        let sql = """
            UPDATE users SET password_hash = $1, token_version = token_version + 1, updated_at = $2
            WHERE id = $3 AND password_hash = $4
            """
        return try db.execute(sql, [.text(new), .time(now), .id(id), .text(old)]) == 1
    }

    /// Stores a new password's hash, whatever the old one was, and ends every session by a new token version. False when there
    /// is no such account.
    package static func resetPassword(
        _ db: any SQLConnection,
        _ id: UserID,
        to new: String,
        at now: Timestamp
    ) throws -> Bool {
        let sql = "UPDATE users SET password_hash = $1, token_version = token_version + 1, updated_at = $2 WHERE id = $3"
        return try db.execute(sql, [.text(new), .time(now), .id(id)]) == 1
    }

    /// Ends every session of an account by a new token version.
    package static func voidTokens(_ db: any SQLConnection, _ id: UserID, at now: Timestamp) throws {
        let sql = "UPDATE users SET token_version = token_version + 1, updated_at = $1 WHERE id = $2"
        try db.execute(sql, [.time(now), .id(id)])
    }

    /// Gives an account another role; nil when there is no such account.
    package static func setRole(_ db: any SQLConnection, _ id: UserID, _ role: User.Role, at now: Timestamp) throws -> User? {
        let sql = "UPDATE users SET role = $1, updated_at = $2 WHERE id = $3 RETURNING \(columns)"
        return try db.query(sql, [.text(role.rawValue), .time(now), .id(id)]).first.map(user)
    }

    /// Gives an account another name; nil when another account has it.
    package static func setUsername(
        _ db: any SQLConnection,
        _ id: UserID,
        username: String,
        folded: String,
        at now: Timestamp
    ) throws -> User? {
        let sql = """
            UPDATE users SET username = $1, username_folded = $2, updated_at = $3
            WHERE id = $4 AND NOT EXISTS (SELECT 1 FROM users WHERE username_folded = $5 AND id <> $6)
            RETURNING \(columns)
            """
        return try db.query(
            sql,
            [.text(username), .text(folded), .time(now), .id(id), .text(folded), .id(id)]
        ).first.map(user)
    }

    /// Locks an account out or lets it in; locking out ends every session by a new token version.
    package static func setDisabled(
        _ db: any SQLConnection,
        _ id: UserID,
        _ isDisabled: Bool,
        at now: Timestamp
    ) throws -> User? {
        let sql = """
            UPDATE users SET is_disabled = $1, token_version = token_version + $2, updated_at = $3
            WHERE id = $4 RETURNING \(columns)
            """
        return try db.query(sql, [.bool(isDisabled), .bool(isDisabled), .time(now), .id(id)]).first.map(user)
    }

    private static func user(_ row: any SQLRow) throws -> User {
        User(
            id: try row.user("id"),
            username: try row.text("username"),
            role: try row.choice("role"),
            isDisabled: try row.bool("is_disabled"),
            tokenVersion: try row.integer("token_version"),
            createdAt: try row.time("created_at"),
            updatedAt: try row.time("updated_at")
        )
    }
}
