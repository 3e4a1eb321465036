package import ScriberrCore
package import ScriberrStore

/// Accounts, passwords and sessions.
///
/// Passwords are scrypt hashes. Login answers as slowly for an unknown name as for a wrong password, and is throttled per
/// name and per client address.
package final class AccountService: Sendable {
    let database: any Database
    let clock: any WallClock
    let passwords: PasswordHasher
    let throttle: any LoginGate
    private static let refreshLifetime = Duration.seconds(30 * 86_400)

    /// `throttle` counts failed logins, in this process unless told otherwise.
    package init(
        database: any Database,
        clock: any WallClock,
        passwordCost: PasswordCost = .usual,
        throttle: any LoginGate = OwnLoginThrottle()
    ) {
        self.throttle = throttle
        self.database = database
        self.clock = clock
        passwords = PasswordHasher(cost: passwordCost)
    }

    /// Whether ``register(username:password:confirmation:)`` can succeed: true while there is no account.
    package func registrationOpen() async throws -> Bool {
        try await database.read { try !UserSQL.isRegistered($0) }
    }

    /// Makes the first account, an admin. Throws `VALIDATION_ERROR`, or `CONFLICT` once there is any account.
    package func register(username: String, password: String, confirmation: String) async throws -> Session {
        let name = try Credentials.username(username, field: nil)
        try Credentials.checkPassword(password, field: nil)
        try Credentials.checkConfirmation(password, confirmation, field: nil)
        // Asked before the hash is made, so that a closed registration costs nothing; decided by the insert below.
        guard try await registrationOpen() else { throw ScriberrError.registrationClosed }
        let (hash, now) = (try await passwords.hash(password), clock.now())
        return try await database.write { db in
            guard try !UserSQL.isRegistered(db), try UserSQL.takeRegistration(db, at: now) else {
                throw ScriberrError.registrationClosed
            }
            let folded = Credentials.folded(name)
            let user = try UserSQL.insert(
                db,
                username: name,
                folded: folded,
                passwordHash: hash,
                role: .admin,
                at: now
            )
            guard let user else { throw ScriberrError.usernameTaken(field: nil) }
            return try Self.open(db, user, session: RandomText.secret(""), at: now)
        }
    }

    /// Throws `VALIDATION_ERROR` for empty values, `UNAUTHORIZED`, or `TOO_MANY_REQUESTS` with
    /// ``ScriberrError/retryAfterSeconds``.
    package func login(username: String, password: String, address: String) async throws -> Session {
        let name = Credentials.folded(username)
        guard !name.isEmpty, !password.isEmpty else {
            throw ScriberrError(.validation, "Give a username and a password.")
        }
        try await begin(name, address)
        let account = try await database.read { try UserSQL.find($0, folded: name) }
        let isRight = try await passwords.verify(password, against: account?.passwordHash)
        guard let account, isRight, !account.user.isDisabled else {
            try await throttle.fail(name: name, address: address, at: clock.now())
            throw ScriberrError.wrongLogin
        }
        let now = clock.now()
        try await throttle.succeed(name: name, address: address, at: now)
        return try await database.write { db in
            // The password or the lock may have changed while the hash was made.
            guard let user = try UserSQL.get(db, account.user.id), !user.isDisabled,
                user.tokenVersion == account.user.tokenVersion
            else { throw ScriberrError.wrongLogin }
            try RefreshTokenSQL.purge(db, owner: user.id, at: now)
            return try Self.open(db, user, session: RandomText.secret(""), at: now)
        }
    }

    /// Uses up a refresh token and gives another. Throws `UNAUTHORIZED`; a token used twice ends every session that came
    /// from the same login.
    package func refresh(_ refreshToken: String) async throws -> Session {
        let (hash, now) = (RandomText.digest(refreshToken), clock.now())
        // A replay must leave its mark, so the transaction ends well and the answer is decided behind it.
        let session: Session? = try await database.write { db in
            guard let (session, owner) = try RefreshTokenSQL.consume(db, hash: hash, at: now) else {
                if let replayed = try RefreshTokenSQL.session(db, hash: hash) {
                    try RefreshTokenSQL.end(db, session: replayed)
                }
                return nil
            }
            guard let user = try UserSQL.get(db, owner), !user.isDisabled else { return nil }
            return try Self.open(db, user, session: session, at: now)
        }
        guard let session else { throw ScriberrError.unusableToken }
        return session
    }

    /// Ends the session that the token belongs to. Answers whether there was one; an unknown token is no error.
    @discardableResult
    package func logout(_ refreshToken: String) async throws -> Bool {
        let hash = RandomText.digest(refreshToken)
        return try await database.write { db in
            guard let session = try RefreshTokenSQL.session(db, hash: hash) else { return false }
            try RefreshTokenSQL.end(db, session: session)
            return true
        }
    }

    /// Whether an access token of this account, version and session is still good: the account, or `UNAUTHORIZED`. Without
    /// `session` a logout is not noticed.
    package func verifySession(_ user: UserID, tokenVersion: Int64, session: String? = nil) async throws -> User {
        let account = try await database.readBriefly { try Self.account($0, user, tokenVersion: tokenVersion, session: session) }
        guard let account else { throw ScriberrError.unusableToken }
        return account
    }

    /// The same without waiting for anything. Nil when the session is over.
    package func verifySession(_ glimpse: Glimpse, _ user: UserID, tokenVersion: Int64, session: String) throws -> User? {
        try Self.account(glimpse.db, user, tokenVersion: tokenVersion, session: session)
    }

    private static func account(
        _ db: any SQLConnection,
        _ user: UserID,
        tokenVersion: Int64,
        session: String?
    ) throws -> User? {
        let found = try session.map { try UserSQL.get(db, user, inSession: $0) } ?? UserSQL.get(db, user)
        guard let account = found, !account.isDisabled, account.tokenVersion == tokenVersion else { return nil }
        return account
    }

    /// Ends every session of the account, and with them the addresses that were signed for it.
    package func logoutEverywhere(_ user: UserID) async throws {
        let now = clock.now()
        try await database.write { db in
            try UserSQL.voidTokens(db, user, at: now)
            try RefreshTokenSQL.endAll(db, owner: user)
        }
    }

    /// Throws `VALIDATION_ERROR` first, then `UNAUTHORIZED` for a wrong current password. Ends every session of the account.
    package func changePassword(
        _ user: UserID,
        current: String,
        new: String,
        confirmation: String
    ) async throws {
        try Credentials.checkPassword(new, field: "new_password")
        try Credentials.checkConfirmation(new, confirmation, field: "confirm_password")
        let old = try await verifyPassword(of: user, current, field: "current_password")
        let (hash, now) = (try await passwords.hash(new), clock.now())
        try await database.write { db in
            guard try UserSQL.setPassword(db, user, from: old, to: hash, at: now) else {
                throw ScriberrError.wrongPassword(field: "current_password")
            }
            try RefreshTokenSQL.endAll(db, owner: user)
        }
    }

    /// Throws `VALIDATION_ERROR` (`new_username`), `UNAUTHORIZED` for a wrong password, `CONFLICT` when the name is taken.
    package func changeUsername(_ user: UserID, new: String, password: String) async throws -> User {
        let name = try Credentials.username(new, field: "new_username")
        _ = try await verifyPassword(of: user, password, field: "password")
        let now = clock.now()
        return try await database.write { db in
            let folded = Credentials.folded(name)
            guard let account = try UserSQL.setUsername(db, user, username: name, folded: folded, at: now) else {
                throw ScriberrError.usernameTaken(field: "new_username")
            }
            return account
        }
    }

    /// The account's password hash, once `password` proved to be its password. Throttled like a login.
    private func verifyPassword(of user: UserID, _ password: String, field: String) async throws -> String {
        // Counted for this account alone: no name and no address looks like this.
        let name = "#\(user)"
        try await begin(name, name)
        let stored = try await database.read { try UserSQL.passwordHash($0, user) }
        guard let stored, try await passwords.verify(password, against: stored) else {
            try await throttle.fail(name: name, address: name, at: clock.now())
            throw ScriberrError.wrongPassword(field: field)
        }
        try await throttle.succeed(name: name, address: name, at: clock.now())
        return stored
    }

    private func begin(_ name: String, _ address: String) async throws {
        guard let seconds = try await throttle.begin(name: name, address: address, at: clock.now()) else { return }
        throw ScriberrError(
            .tooManyRequests,
            "Too many attempts. Try again in \(seconds == 1 ? "a second" : "\(seconds) seconds").",
            retryAfterSeconds: seconds
        )
    }

    private static func open(_ db: any SQLConnection, _ user: User, session: String, at now: Timestamp) throws -> Session {
        let token = RandomText.secret("rt_")
        try RefreshTokenSQL.insert(
            db,
            hash: RandomText.digest(token),
            session: session,
            owner: user.id,
            expiresAt: now + refreshLifetime
        )
        return Session(id: session, user: user, refreshToken: token)
    }
}

extension ScriberrError {
    fileprivate static let registrationClosed = ScriberrError(.conflict, "Registration is closed: there is an account.")
    fileprivate static let wrongLogin = ScriberrError(.unauthorized, "The username or password is wrong.")
    fileprivate static let unusableToken = ScriberrError(.unauthorized, "The session has ended. Log in again.")

    /// The field tells it from a session that has ended.
    fileprivate static func wrongPassword(field: String) -> ScriberrError {
        ScriberrError(.unauthorized, "The password is wrong.", field: field)
    }

    static func usernameTaken(field: String?) -> ScriberrError {
        ScriberrError(.conflict, "This username is taken.", field: field)
    }
}
