import Foundation
package import ScriberrCore
package import ScriberrStore

/// Keys for programs: `sk_` and 64 hexadecimal digits, shown once, kept as a hash.
package struct APIKeyService: Sendable {
    private let database: any Database
    private let clock: any WallClock
    private static let touchInterval = Duration.seconds(60)
    private static let nameCharactersMax = 200
    private static let descriptionCharactersMax = 2_000

    package init(database: any Database, clock: any WallClock) {
        self.database = database
        self.clock = clock
    }

    /// Makes a key and shows it this once. Throws `VALIDATION_ERROR` with field `name`, `description`, `scopes` or
    /// `expires_at`.
    package func create(
        _ owner: UserID,
        _ request: NewAPIKey,
        answering draft: AnswerDraft<IssuedAPIKey>? = nil
    ) async throws -> IssuedAPIKey {
        let now = clock.now()
        let secret = RandomText.secret("sk_")
        let record = try Self.record(owner, request, secret: secret, at: now)
        let hash = RandomText.digest(secret)
        return try await database.write(answering: draft) { db in
            IssuedAPIKey(record: try APIKeySQL.insert(db, record, hash: hash), key: secret)
        }
    }

    /// The owner's keys, newest first; revoked ones are gone.
    package func list(_ owner: UserID) async throws -> [APIKey] {
        try await database.read { try APIKeySQL.list($0, owner) }
    }

    /// Ends a key at once. Throws `NOT_FOUND`.
    package func revoke(_ owner: UserID, _ id: Int64) async throws {
        guard try await database.write({ try APIKeySQL.delete($0, owner, id) }) else {
            throw ScriberrError(.notFound, "There is no such API key.")
        }
    }

    /// Whose key this is; nil when it is unknown, revoked, expired or its account is disabled. Writes the last use at most
    /// once a minute.
    package func authenticate(_ rawKey: String) async throws -> Principal? {
        guard rawKey.hasPrefix("sk_"), rawKey.utf8.count <= 128 else { return nil }
        let (hash, now) = (RandomText.digest(rawKey), clock.now())
        guard let (key, username, role) = try await database.readBriefly({ try APIKeySQL.find($0, hash: hash, at: now) }) else {
            return nil
        }
        let before = now - Self.touchInterval
        if (key.lastUsedAt ?? .init(microseconds: 0)) < before {
            try await database.write { try APIKeySQL.touch($0, key.id, at: now, unlessSince: before) }
        }
        return Self.principal(key, username, role)
    }

    /// The same without waiting for anything. Nil for a key that is no good, and for one whose use is to be written down.
    package func authenticate(_ glimpse: Glimpse, _ rawKey: String) throws -> Principal? {
        guard rawKey.hasPrefix("sk_"), rawKey.utf8.count <= 128 else { return nil }
        let (hash, now) = (RandomText.digest(rawKey), clock.now())
        guard let (key, name, role) = try APIKeySQL.find(glimpse.db, hash: hash, at: now),
            let used = key.lastUsedAt, used >= now - Self.touchInterval
        else { return nil }
        return Self.principal(key, name, role)
    }

    private static func principal(_ key: APIKey, _ username: String, _ role: User.Role) -> Principal {
        Principal(owner: key.owner, username: username, role: role, credential: .apiKey(key.id), scopes: key.scopes)
    }

    /// Whether a key that was good before still is: for streams that outlive their request.
    package func isUsable(_ id: Int64) async throws -> Bool {
        let now = clock.now()
        return try await database.read { try APIKeySQL.isUsable($0, id, at: now) }
    }

    private static func record(
        _ owner: UserID,
        _ request: NewAPIKey,
        secret: String,
        at now: Timestamp
    ) throws -> APIKey {
        let name = request.name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !name.isEmpty, name.count <= nameCharactersMax else {
            throw ScriberrError(.validation, "A key's name has 1 to \(nameCharactersMax) characters.", field: "name")
        }
        guard request.description.count <= descriptionCharactersMax else {
            throw ScriberrError(
                .validation,
                "A description has at most \(descriptionCharactersMax) characters.",
                field: "description"
            )
        }
        if let expiry = request.expiresAt, expiry <= now {
            throw ScriberrError(.validation, "A key expires in the future.", field: "expires_at")
        }
        let characters = Array(secret)
        return APIKey(
            id: 0,
            owner: owner,
            name: name,
            description: request.description,
            preview: String(characters[0..<4]) + "..." + String(characters[4..<8]),
            scopes: try scopes(request.scopes),
            expiresAt: request.expiresAt,
            lastUsedAt: nil,
            createdAt: now
        )
    }

    private static func scopes(_ names: [String]?) throws -> Set<APIKey.Scope> {
        guard let names else { return [.read, .write] }
        let scopes = names.compactMap(APIKey.Scope.init(rawValue:))
        guard !scopes.isEmpty, scopes.count == names.count else {
            throw ScriberrError(.validation, "Scopes are `read`, `write` and `admin`.", field: "scopes")
        }
        return Set(scopes)
    }
}

/// A key that was just made.
package struct IssuedAPIKey: Sendable {
    /// What is kept of it.
    package var record: APIKey
    /// The key itself, shown this once.
    package var key: String
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
