/// An account, without its password.
package struct User: Hashable, Sendable {
    /// The row number.
    package var id: UserID
    /// The name used at login; unique without regard to case.
    package var username: String
    /// What the account may do.
    package var role: Role
    /// Whether an admin has locked it out.
    package var isDisabled: Bool
    /// Grows whenever every session of the account ends; access tokens carry it.
    package var tokenVersion: Int64
    /// When the account was made.
    package var createdAt: Timestamp
    /// When the account last changed.
    package var updatedAt: Timestamp

    package init(
        id: UserID,
        username: String,
        role: Role,
        isDisabled: Bool = false,
        tokenVersion: Int64 = 1,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.username = username
        self.role = role
        self.isDisabled = isDisabled
        self.tokenVersion = tokenVersion
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What an account may do.
    package enum Role: String, Codable, Sendable, CaseIterable {
        /// Everything, including other accounts and the queue of all.
        case admin
        /// Its own things.
        case user
    }
}
