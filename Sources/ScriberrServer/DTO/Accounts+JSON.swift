import ScriberrCore
import ScriberrServices

extension JSONWriter {
    /// Writes the fields of the account that asks.
    mutating func me(_ username: String, _ role: User.Role) {
        field("id", "user_self")
        field("username", username)
        field("role", role.rawValue)
    }

    /// Writes the fields of an account as admins see it.
    mutating func account(_ user: User) {
        field("id", user.id.publicText)
        field("username", user.username)
        field("role", user.role.rawValue)
        field("is_disabled", user.isDisabled)
        field("created_at", user.createdAt)
        field("updated_at", user.updatedAt)
    }

    /// Writes the fields of a key; the key itself is not kept and not shown.
    mutating func apiKey(_ key: APIKey) {
        field("id", "key_\(key.id)")
        field("name", key.name)
        field("description", key.description)
        field("key_preview", key.preview)
        field("scopes", key.scopes.sorted().map(\.rawValue))
        field("expires_at", key.expiresAt)
        field("created_at", key.createdAt)
    }
}

extension UserID {
    /// The account as admins see it, and as a page tells it from others: `user_7`.
    var publicText: String { "user_\(self)" }
}
