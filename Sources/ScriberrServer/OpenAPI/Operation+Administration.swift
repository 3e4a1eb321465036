extension Operation {
    private static let account: DocumentValue = [
        "id": "user_2", "username": "bob", "role": "user", "is_disabled": false, "created_at": "2026-11-24T01:50:36.123456Z",
        "updated_at": "2026-11-24T01:50:36.123456Z",
    ]
    private static let counts: DocumentValue = ["queued": 3, "processing": 1, "completed": 41, "failed": 0, "canceled": 2]

    /// What only admins do.
    static let administration: [String: Operation] = [
        "GET /api/v1/admin/queue": Operation(
            tag: "Administration",
            summary: "How many jobs stand where.",
            details: "The caller's own jobs; for an admin everybody's, in sum and by account.",
            answers: [
                (
                    200,
                    .json(
                        "QueueStatistics",
                        example: counts.adding("running", 1).adding("paused", false).adding("paused_at", .null).adding(
                            "by_user",
                            [ownCounts]
                        )
                    )
                )
            ]
        ),
        "GET /api/v1/admin/users": Operation(
            tag: "Administration",
            summary: "Lists accounts, oldest first.",
            answers: [(200, .list("Account", example: account))]
        ),
        "POST /api/v1/admin/users": Operation(
            tag: "Administration",
            summary: "Makes an account.",
            details: "A username has at least 3 bytes, a password at least 8. The role is `user` unless said otherwise.",
            body: .json("AccountBody", example: ["username": "bob", "password": "battery staple", "role": "user"]),
            answers: [(201, .json("Account", example: account))]
        ),
        "GET /api/v1/admin/users/{id}": Operation(
            tag: "Administration",
            summary: "One account.",
            answers: [(200, .json("Account", example: account))]
        ),
        "PATCH /api/v1/admin/users/{id}": Operation(
            tag: "Administration",
            summary: "Changes an account's role, or locks it out or in.",
            details:
                "Locking out ends sessions, signed addresses and event streams at once and stops API keys until the account is "
                + "let in again. The last admin keeps the role and cannot be locked out.",
            body: .json("AccountPatch", example: ["is_disabled": true]),
            answers: [(200, .json("Account", example: account.replacing("is_disabled", true)))],
            failures: [409]
        ),
        "POST /api/v1/admin/users/{id}:reset-password": Operation(
            tag: "Administration",
            summary: "Gives an account a new password and ends its sessions.",
            body: .json("PasswordResetBody", example: ["password": "battery staple"]),
            answers: [(200, .json("Done", example: ["ok": true]))]
        ),
    ]

    private static var ownCounts: DocumentValue {
        .object((["user_id": "user_1", "username": "alice"] as DocumentValue).fields + counts.fields)
    }

    private static let address: DocumentValue = [
        "url": "/api/v1/files/file_0193a4c5d6e70123456789abcdef0123/audio?signature=AAAAAAAAAAEAAAAAAAAAAQ…",
        "expires_at": "2026-11-24T02:00:36.000000Z",
    ]
    private static let signs = Operation(
        tag: "Files",
        summary: "Signs an address of the recording, for players that cannot send a header.",
        details:
            "The address is a path of this server. It answers what the route answers, ranges included, opens nothing else and "
            + "ends after `expires_in` seconds (10 minutes unless said otherwise, at most 6 hours), or with the account's sessions.",
        body: .json("SigningBody", example: ["expires_in": 600]),
        isBodyOptional: true,
        answers: [(200, .json("SignedAddress", example: address))]
    )

    /// Signed addresses.
    static let signing: [String: Operation] = [
        "POST /api/v1/files/{id}:sign-audio": signs, "POST /api/v1/transcriptions/{id}:sign-audio": signs,
    ]
}

/// The shapes that go with it.
let administrationSchemas: [DocumentValue.Field] = [
    shape(
        "Account",
        [
            "id": ["type": "string"], "username": ["type": "string"], "role": role, "is_disabled": ["type": "boolean"],
            "created_at": time, "updated_at": time,
        ]
    ),
    shape("AccountBody", ["username": username, "password": password], optional: ["role": role]),
    shape("AccountPatch", [:], optional: ["role": role, "is_disabled": ["type": "boolean"]]),
    shape("PasswordResetBody", ["password": password]),
    shape("SignedAddress", ["url": ["type": "string"], "expires_at": time]),
    shape(
        "SigningBody",
        [:],
        optional: ["expires_in": ["type": "integer", "minimum": 1, "maximum": 21_600, "default": 600]]
    ),
    shape(
        "UserQueueStatistics",
        [
            "user_id": ["type": "string"], "username": ["type": "string"], "queued": integer, "processing": integer,
            "completed": integer, "failed": integer, "canceled": integer,
        ]
    ),
    shape(
        "QueueStatistics",
        [
            "queued": integer, "processing": integer, "completed": integer, "failed": integer, "canceled": integer,
            "running": integer, "paused": ["type": "boolean"], "paused_at": ["type": ["string", "null"]],
        ],
        optional: ["by_user": ["type": "array", "items": ["$ref": "#/components/schemas/UserQueueStatistics"]]]
    ),
]

private let integer: DocumentValue = ["type": "integer"]
private let time: DocumentValue = ["type": "string", "format": "date-time"]
private let role: DocumentValue = ["type": "string", "enum": ["admin", "user"]]
private let username: DocumentValue = ["type": "string", "minLength": 1, "maxLength": 128]
private let password: DocumentValue = ["type": "string", "minLength": 8, "maxLength": 1_024]
