package import ScriberrCore

/// Who makes a request, and what the credentials allow.
package struct Principal: Hashable, Sendable {
    /// Whose things may be seen and changed.
    package var owner: UserID
    /// The account's name.
    package var username: String
    /// What the account may do.
    package var role: User.Role
    /// How the request proved who it is.
    package var credential: Credential
    /// What the credential allows; a session allows all that its account may do.
    package var scopes: Set<APIKey.Scope>

    package init(
        owner: UserID,
        username: String,
        role: User.Role,
        credential: Credential,
        scopes: Set<APIKey.Scope> = [.read, .write, .admin]
    ) {
        self.owner = owner
        self.username = username
        self.role = role
        self.credential = credential
        self.scopes = scopes
    }

    /// Whether the credential allows `scope`; for `admin` the account must be an admin too.
    package func allows(_ scope: APIKey.Scope) -> Bool {
        guard let largest = scopes.max(), largest >= scope else { return false }
        return scope != .admin || role == .admin
    }

    /// Throws `FORBIDDEN` unless the credential allows `scope`.
    package func require(_ scope: APIKey.Scope) throws {
        guard allows(scope) else {
            throw ScriberrError(.forbidden, "These credentials do not allow \(scope.rawValue) access.")
        }
    }

    /// How a request proved who it is.
    package enum Credential: Hashable, Sendable {
        /// A person's login; carries the token version that it was made under.
        case session(tokenVersion: Int64)
        /// An API key, by its row number.
        case apiKey(Int64)
        /// An address that was signed for one thing.
        case signedAddress
        /// Not at all: a program on this machine, where the operator allows that.
        case localGuest
    }
}
