extension Operation {
    private static let user: DocumentValue = ["id": "user_self", "username": "alice", "role": "admin"]
    private static let tokens: DocumentValue = [
        "access_token": "eyJhbGciOiJIUzI1NiJ9…", "refresh_token": "rt_5f0c…", "user": user,
    ]
    private static let key: DocumentValue = [
        "id": "key_7", "name": "backup script", "description": "", "key_preview": "sk_a...1b2c", "scopes": ["read", "write"],
        "expires_at": nil, "created_at": "2026-11-24T01:50:36.123456Z",
    ]

    static let accounts: [String: Operation] = [
        "GET /api/v1/auth/registration-status": Operation(
            tag: "Accounts",
            summary: "Whether the first account can still be made.",
            answers: [(200, .json("Registration", example: ["registration_enabled": true]))]
        ),
        "POST /api/v1/auth/register": Operation(
            tag: "Accounts",
            summary: "Makes the first account, an admin.",
            details: "A username has at least 3 bytes, a password at least 8. Works once.",
            body: .json(
                "RegistrationBody",
                example: ["username": "alice", "password": "correct horse", "confirm_password": "correct horse"]
            ),
            answers: [(200, .json("Tokens", example: tokens))],
            failures: [409]
        ),
        "POST /api/v1/auth/login": Operation(
            tag: "Accounts",
            summary: "Signs in.",
            body: .json("LoginBody", example: ["username": "alice", "password": "correct horse"]),
            answers: [(200, .json("Tokens", example: tokens))],
            failures: [401, 429]
        ),
        "POST /api/v1/auth/refresh": Operation(
            tag: "Accounts",
            summary: "Trades a refresh token for new tokens.",
            details: "A refresh token works once. Used twice, it ends every session that came from the same login.",
            body: .json("RefreshBody", example: ["refresh_token": "rt_5f0c…"]),
            answers: [(200, .json("Tokens", example: tokens))],
            failures: [401]
        ),
        "POST /api/v1/auth/logout": Operation(
            tag: "Accounts",
            summary: "Ends the session of a refresh token.",
            body: .json("LogoutBody", example: ["refresh_token": "rt_5f0c…"]),
            answers: [(200, .json("Done", example: ["ok": true]))]
        ),
        "POST /api/v1/auth/logout-all": Operation(
            tag: "Accounts",
            summary: "Ends every session of the account.",
            details: "Access tokens, refresh tokens, signed addresses and event streams end at once. API keys go on.",
            answers: [(200, .json("Done", example: ["ok": true]))]
        ),
        "GET /api/v1/auth/me": Operation(
            tag: "Accounts",
            summary: "Who is signed in.",
            answers: [(200, .json("User", example: user))]
        ),
        "POST /api/v1/auth/change-password": Operation(
            tag: "Accounts",
            summary: "Changes the password and ends every session.",
            body: .json(
                "PasswordBody",
                example: [
                    "current_password": "correct horse", "new_password": "battery staple", "confirm_password": "battery staple",
                ]
            ),
            answers: [(200, .json("Done", example: ["ok": true]))],
            failures: [429]
        ),
        "POST /api/v1/auth/change-username": Operation(
            tag: "Accounts",
            summary: "Changes the username.",
            body: .json("UsernameBody", example: ["new_username": "bob", "password": "correct horse"]),
            answers: [(200, .json("User", example: user))],
            failures: [409, 429]
        ),
        "GET /api/v1/api-keys": Operation(
            tag: "Accounts",
            summary: "Lists API keys, newest first.",
            answers: [
                (
                    200,
                    .list(
                        "APIKey",
                        example: key.adding("is_active", true).adding("last_used_at", .null)
                            .adding("updated_at", "2026-11-24T01:50:36.123456Z")
                    )
                )
            ]
        ),
        "POST /api/v1/api-keys": Operation(
            tag: "Accounts",
            summary: "Makes an API key and shows it this once.",
            body: .json("APIKeyBody", example: ["name": "backup script", "scopes": ["read", "write"]]),
            answers: [(201, .json("NewAPIKey", example: key.adding("key", "sk_a1b2…")))]
        ),
        "DELETE /api/v1/api-keys/{id}": Operation(
            tag: "Accounts",
            summary: "Ends an API key at once.",
            answers: [(204, .none)]
        ),
    ]
}
