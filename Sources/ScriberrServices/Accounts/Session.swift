package import ScriberrCore

/// What a login, registration or refresh gives: the server room makes the access token from `user` and `id`.
package struct Session: Sendable {
    /// Names what came from one login; belongs into the access token, so that a logout ends it at once.
    package var id: String
    /// The account; its ``User/tokenVersion`` belongs into the access token.
    package var user: User
    /// `rt_…`, to be used once. Only its hash is kept.
    package var refreshToken: String

    package init(id: String, user: User, refreshToken: String) {
        self.id = id
        self.user = user
        self.refreshToken = refreshToken
    }
}
