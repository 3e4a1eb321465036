extension Operation {
    /// What is said about the sessions of browsers.
    static let sessions: [String: Operation] = [
        "POST /api/v1/auth/session": Operation(
            tag: "Accounts",
            summary: "Signs a browser in.",
            details: cookies,
            body: .json("LoginBody", example: ["username": "alice", "password": "correct horse"]),
            answers: [(200, .json("SignedIn", example: signedIn))],
            failures: [401, 403, 429]
        ),
        "POST /api/v1/auth/session:register": Operation(
            tag: "Accounts",
            summary: "Makes the first account, an admin, and signs a browser in.",
            details: cookies,
            body: .json(
                "RegistrationBody",
                example: ["username": "alice", "password": "correct horse", "confirm_password": "correct horse"]
            ),
            answers: [(200, .json("SignedIn", example: signedIn))],
            failures: [403, 409]
        ),
        "POST /api/v1/auth/session:refresh": Operation(
            tag: "Accounts",
            summary: "Goes on with a browser's session.",
            details: "Takes the refresh token from its cookie, and sets both cookies anew.",
            answers: [(200, .json("SignedIn", example: signedIn))],
            failures: [401, 403]
        ),
        "DELETE /api/v1/auth/session": Operation(
            tag: "Accounts",
            summary: "Signs a browser out.",
            answers: [(204, .none)],
            failures: [403]
        ),
    ]

    private static let cookies = """
        The tokens come as cookies that scripts cannot read (`HttpOnly`, `SameSite=Strict`): `scriberr_access_token` and, for \
        `/api/v1/auth` only, `scriberr_refresh_token`. Requests of other sites are refused by `Origin` and `Sec-Fetch-Site`.
        """

    private static let signedIn: DocumentValue = ["user": ["id": "user_self", "username": "alice", "role": "admin"]]
}
