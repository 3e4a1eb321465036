package import ScriberrCore
package import ScriberrStore

/// Keys for programs: `sk_` and 64 hexadecimal digits, shown once, kept as a hash.
package struct APIKeyService: Sendable {
    package init(database: any Database, clock: any WallClock) {}

    /// Makes a key and shows it this once. Throws `VALIDATION_ERROR` with field `name`, `description`, `scopes` or `expires_at`.
    package func create(_ owner: UserID, _ request: NewAPIKey) async throws -> (record: APIKey, key: String) { throw NotYet() }

    /// The owner's keys, newest first; revoked ones are gone.
    package func list(_ owner: UserID) async throws -> [APIKey] { throw NotYet() }

    /// Ends a key at once. Throws `NOT_FOUND`.
    package func revoke(_ owner: UserID, _ id: Int64) async throws { throw NotYet() }

    /// Whose key this is; nil when it is unknown, revoked, expired or its account is disabled. Writes the last use at most
    /// once a minute.
    package func authenticate(_ rawKey: String) async throws -> Principal? { throw NotYet() }
}

/// What a new key should be.
package struct NewAPIKey: Sendable {
    /// Trimmed; not empty.
    package var name: String
    /// May be empty.
    package var description: String
    /// `read`, `write`, `admin`; nil for read and write.
    package var scopes: [String]?
    /// In the future; nil for never.
    package var expiresAt: Timestamp?

    package init(name: String, description: String = "", scopes: [String]? = nil, expiresAt: Timestamp? = nil) {
        self.name = name
        self.description = description
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}
