/// A key for programs, without the key itself, of which only a hash is kept.
package struct APIKey: Hashable, Sendable {
    /// The row number; clients see `key_` and this number.
    package var id: Int64
    /// Whose key it is.
    package var owner: UserID
    /// The name its owner gave it.
    package var name: String
    /// What its owner wrote about it; may be empty.
    package var description: String
    /// Enough of the key to know it again: `sk_a...1b2c`.
    package var preview: String
    /// What it allows.
    package var scopes: Set<Scope>
    /// When it stops working; nil for never.
    package var expiresAt: Timestamp?
    /// When it was last used, to within a minute.
    package var lastUsedAt: Timestamp?
    /// When it was made.
    package var createdAt: Timestamp

    package init(
        id: Int64,
        owner: UserID,
        name: String,
        description: String,
        preview: String,
        scopes: Set<Scope>,
        expiresAt: Timestamp?,
        lastUsedAt: Timestamp?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.description = description
        self.preview = preview
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.createdAt = createdAt
    }

    /// What a key allows. Each includes the ones before it.
    package enum Scope: String, Codable, Sendable, CaseIterable, Comparable {
        /// Reading.
        case read
        /// Creating, changing and deleting.
        case write
        /// What only admins may do, when the owner is one.
        case admin

        package static func < (a: Scope, b: Scope) -> Bool { a.rank < b.rank }

        private var rank: Int {
            switch self {
            case .read: 0
            case .write: 1
            case .admin: 2
            }
        }
    }
}
