package import ScriberrCore
import ScriberrStore

/// What an admin does with accounts. Whether the caller is one is for the caller to check.
extension AccountService {
    /// Every account, oldest first.
    package func users() async throws -> [User] {
        try await database.read { try UserSQL.all($0) }
    }

    /// One account. Throws `NOT_FOUND`.
    package func user(_ id: UserID) async throws -> User {
        guard let user = try await database.read({ try UserSQL.get($0, id) }) else { throw ScriberrError.noAccount }
        return user
    }

    /// Makes another account. Throws `VALIDATION_ERROR` (`username`, `password`) or `CONFLICT` (`username`).
    package func createUser(
        username: String,
        password: String,
        role: User.Role,
        answering draft: AnswerDraft<User>? = nil
    ) async throws -> User {
        let name = try Credentials.username(username, field: "username")
        try Credentials.checkPassword(password, field: "password")
        let (hash, now) = (try await passwords.hash(password), clock.now())
        return try await database.write(answering: draft) { db in
            let folded = Credentials.folded(name)
            let user = try UserSQL.insert(db, username: name, folded: folded, passwordHash: hash, role: role, at: now)
            guard let user else { throw ScriberrError.usernameTaken(field: "username") }
            return user
        }
    }

    /// Gives an account another role or locks it out or in; nil leaves things as they are. Throws `NOT_FOUND`, or `CONFLICT`
    /// when no admin would be left to undo it.
    package func updateUser(_ user: UserID, role: User.Role?, isDisabled: Bool?) async throws -> User {
        let now = clock.now()
        return try await database.write { db in
            guard var account = try UserSQL.get(db, user) else { throw ScriberrError.noAccount }
            if isDisabled == true || role == .user, try !UserSQL.hasAdmin(db, otherThan: user) {
                throw ScriberrError(.conflict, "This is the last admin: make another account an admin first.")
            }
            if let role, role != account.role { account = try UserSQL.setRole(db, user, role, at: now) ?? account }
            guard let isDisabled, isDisabled != account.isDisabled else { return account }
            account = try UserSQL.setDisabled(db, user, isDisabled, at: now) ?? account
            if isDisabled { try RefreshTokenSQL.endAll(db, owner: user) }
            return account
        }
    }

    /// Locks an account out or lets it in again; locking out ends its sessions and stops its keys. Throws as
    /// ``updateUser(_:role:isDisabled:)``.
    package func setDisabled(_ user: UserID, _ isDisabled: Bool) async throws -> User {
        try await updateUser(user, role: nil, isDisabled: isDisabled)
    }

    /// Gives an account a new password and ends its sessions. Throws `VALIDATION_ERROR` (`password`) or `NOT_FOUND`.
    package func resetPassword(_ user: UserID, to password: String) async throws {
        try Credentials.checkPassword(password, field: "password")
        let (hash, now) = (try await passwords.hash(password), clock.now())
        try await database.write { db in
            guard try UserSQL.resetPassword(db, user, to: hash, at: now) else { throw ScriberrError.noAccount }
            try RefreshTokenSQL.endAll(db, owner: user)
        }
    }
}

extension ScriberrError {
    fileprivate static let noAccount = ScriberrError(.notFound, "There is no such account.")
}
