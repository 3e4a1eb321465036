package import ScriberrCore
package import ScriberrStore

/// What a login, registration or refresh gives: the server room makes the access token from `user`.
package struct Session: Sendable {
    /// The account; its ``User/tokenVersion`` belongs into the access token.
    package var user: User
    /// `rt_…`, to be used once. Only its hash is kept.
    package var refreshToken: String

    package init(user: User, refreshToken: String) {
        self.user = user
        self.refreshToken = refreshToken
    }
}

/// Accounts, passwords and sessions.
///
/// Passwords are scrypt hashes. Login answers as slowly for an unknown name as for a wrong password, and is throttled per
/// name and per client address.
package struct AccountService: Sendable {
    package init(database: any Database, clock: any WallClock) {}

    /// Whether ``register(username:password:confirmation:)`` can succeed: true while there is no account.
    package func registrationOpen() async throws -> Bool { throw NotYet() }

    /// Makes the first account, an admin. Throws `VALIDATION_ERROR`, or `CONFLICT` once there is any account.
    package func register(username: String, password: String, confirmation: String) async throws -> Session { throw NotYet() }

    /// Throws `VALIDATION_ERROR` for empty values, `UNAUTHORIZED`, or `TOO_MANY_REQUESTS` with
    /// ``ScriberrError/retryAfterSeconds``.
    package func login(username: String, password: String, address: String) async throws -> Session { throw NotYet() }

    /// Uses up a refresh token and gives another. Throws `UNAUTHORIZED`; a token used twice ends every session that came
    /// from the same login.
    package func refresh(_ refreshToken: String) async throws -> Session { throw NotYet() }

    /// Ends the session that the token belongs to. No error for an unknown token.
    package func logout(_ refreshToken: String) async throws { throw NotYet() }

    /// Whether an access token of this account and version is still good: the account, or `UNAUTHORIZED`.
    package func verifySession(_ user: UserID, tokenVersion: Int64) async throws -> User { throw NotYet() }

    /// Throws `VALIDATION_ERROR` first, then `UNAUTHORIZED` for a wrong current password. Ends every session of the account.
    package func changePassword(_ user: UserID, current: String, new: String, confirmation: String) async throws { throw NotYet() }

    /// Throws `VALIDATION_ERROR` (`new_username`), `UNAUTHORIZED` for a wrong password, `CONFLICT` when the name is taken.
    package func changeUsername(_ user: UserID, new: String, password: String) async throws -> User { throw NotYet() }

    /// Every account, oldest first. For admins.
    package func users() async throws -> [User] { throw NotYet() }

    /// Makes another account. For admins. Throws `VALIDATION_ERROR` (`username`, `password`) or `CONFLICT`.
    package func createUser(username: String, password: String, role: User.Role) async throws -> User { throw NotYet() }

    /// Locks an account out or lets it in again; locking out ends its sessions and stops its keys. For admins. Throws
    /// `NOT_FOUND`, or `CONFLICT` for the last admin that could undo it.
    package func setDisabled(_ user: UserID, _ isDisabled: Bool) async throws -> User { throw NotYet() }
}
