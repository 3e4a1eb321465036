import ScriberrTranscript

extension Operation {
    /// What is said about each route, by ``Route/name``.
    static let all: [String: Operation] = system.merging(accounts) { $1 }.merging(files) { $1 }.merging(transcriptions) { $1 }
        .merging(results) { $1 }.merging(preferences) { $1 }.merging(administration) { $1 }.merging(signing) { $1 }
        .merging(uploads) { $1 }
        .merging(webhooks) { $1 }
        .merging(models) { $1 }.merging(diarizations) { $1 }
        .merging(bundles) { $1 }
        .merging(docs) { $1 }
        .merging(workers) { $1 }
        .merging(imports) { $1 }
        .merging(retention) { $1 }
        .merging(sessions) { $1 }.merging(edits) { $1 }.merging(recordings) { $1 }

    private static let system: [String: Operation] = [
        "GET /health": Operation(
            tag: "System",
            summary: "Tells that the process lives.",
            answers: [(200, .json("Status", example: ["status": "ok"]))]
        ),
        "GET /api/v1/health": Operation(
            tag: "System",
            summary: "Tells that the process lives.",
            answers: [(200, .json("Status", example: ["status": "ok"]))]
        ),
        "GET /api/v1/ready": Operation(
            tag: "System",
            summary: "Tells that requests can be served.",
            answers: [(200, .json("Readiness", example: ["status": "ready", "database": "ok"]))],
            failures: [503]
        ),
        "GET /api/v1/openapi.json": Operation(
            tag: "System",
            summary: "This document.",
            answers: [(200, .json("Document", example: ["openapi": "3.1.0"]))]
        ),
    ]

    private static let user: DocumentValue = ["id": "user_self", "username": "alice", "role": "admin"]
    private static let tokens: DocumentValue = [
        "access_token": "eyJhbGciOiJIUzI1NiJ9…", "refresh_token": "rt_5f0c…", "user": user,
    ]
    private static let key: DocumentValue = [
        "id": "key_7", "name": "backup script", "description": "", "key_preview": "sk_a...1b2c", "scopes": ["read", "write"],
        "expires_at": nil, "created_at": "2026-11-24T01:50:36.123456Z",
    ]

    private static let accounts: [String: Operation] = [
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

    private static let file: DocumentValue = [
        "id": "file_0193a4c5d6e70123456789abcdef0123", "title": "Stand-up", "kind": "audio", "status": "ready",
        "mime_type": "audio/mp4", "size_bytes": 1_048_576, "duration_seconds": 61.5, "error": nil, "error_code": nil,
        "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:50:36.123456Z",
    ]
    private static let bytes: DocumentValue = ["type": "string", "format": "binary"]
    private static let playing = Operation(
        tag: "Files",
        summary: "The recording, whole or in parts.",
        details: "Ranges and conditions as in RFC 9110. Several ranges come as `multipart/byteranges`.",
        parameters: ["range", "ifRange", "ifNoneMatch"],
        answers: [(200, .other("*/*", bytes)), (206, .other("*/*", bytes)), (304, .none)],
        failures: [412, 416]
    )

    private static let files: [String: Operation] = [
        "POST /api/v1/files": Operation(
            tag: "Files",
            summary: "Stores a recording.",
            details: "The file streams to its place while it comes. Its kind is found in its bytes, not in its name.",
            body: .form([
                "type": "object", "required": ["file"], "properties": ["file": bytes, "title": ["type": "string"]],
            ]),
            answers: [(201, .json("File", example: file))],
            failures: [415, 503, 507]
        ),
        "GET /api/v1/files": Operation(
            tag: "Files",
            summary: "Lists recordings.",
            parameters: ["limit", "sort", "cursor", "q", "updatedAfter", "fileStatus", "kind"],
            answers: [(200, .list("File", example: file))],
            failures: [422]
        ),
        "GET /api/v1/files/{id}": Operation(
            tag: "Files",
            summary: "One recording.",
            answers: [(200, .json("File", example: file))]
        ),
        "PATCH /api/v1/files/{id}": Operation(
            tag: "Files",
            summary: "Renames a recording.",
            body: .json("TitleBody", example: ["title": "Stand-up"]),
            answers: [(200, .json("File", example: file))]
        ),
        "DELETE /api/v1/files/{id}": Operation(
            tag: "Files",
            summary: "Removes a recording.",
            details: "Its bytes stay for as long as a transcription refers to them.",
            answers: [(204, .none)]
        ),
        "GET /api/v1/files/{id}/audio": playing,
    ]

    private static let listedJob: DocumentValue = [
        "id": "tr_0193a4c5d6e70123456789abcdef0123", "file_id": "file_0193a4c5d6e70123456789abcdef0123", "title": "Stand-up",
        "status": "processing", "progress": 0.42, "progress_stage": "transcribing", "duration_seconds": 61.5,
        "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:50:36.123456Z",
    ]
    private static let job: DocumentValue = .object(
        listedJob.fields
            + ([
                "language": nil, "detected_language": "en", "diarization": false,
                "options": [
                    "model": nil, "language": nil, "task": "transcribe", "diarization": false, "speakers": nil,
                    "min_speakers": nil, "max_speakers": nil, "diarization_model": nil, "hotwords": [], "start": nil, "end": nil,
                    "device": "auto",
                ],
                "engine": ["provider": "local", "transcription_model": "whisper-base", "diarization_model": nil],
                "attempt": 1, "cancel_requested": false, "queued_at": "2026-11-24T01:50:36.123456Z",
                "started_at": "2026-11-24T01:50:37.000001Z", "completed_at": nil, "failed_at": nil, "warnings": [], "error": nil,
                "error_code": nil,
            ] as DocumentValue).fields
    )
    /// The media types of the export formats, each once.
    private static var exportTypes: [String] {
        let types = TranscriptExports.all.map { String($0.format.mediaType.prefix { $0 != ";" }) }
        return Set(types).subtracting(["application/json"]).sorted()
    }

    private static let jobID: DocumentValue = "tr_0193a4c5d6e70123456789abcdef0123"

    private static let transcriptions: [String: Operation] = [
        "POST /api/v1/transcriptions": Operation(
            tag: "Transcriptions",
            summary: "Queues a job for a stored recording.",
            details:
                "Options come from the profile, or from the default profile, and are changed by `options`. With `join_running` a "
                + "job that already waits or runs for the same bytes with the same options is answered instead of a new one. "
                + "`callback_url` hears of the end of the job, and `retention` stands instead of the account's rules; both also "
                + "hold for retries.",
            body: .json(
                "TranscriptionBody",
                example: [
                    "file_id": "file_0193a4c5d6e70123456789abcdef0123", "options": ["language": "en", "diarization": true],
                ]
            ),
            answers: [(202, .json("Transcription", example: job))],
            failures: [404, 503]
        ),
        "POST /api/v1/transcriptions:submit": Operation(
            tag: "Transcriptions",
            summary: "Stores a recording and queues a job for it.",
            body: .form([
                "type": "object", "required": ["file"],
                "properties": [
                    "file": bytes, "title": ["type": "string"], "profile_id": ["type": "string"],
                    "options": ["type": "string", "description": "The options as JSON text."],
                    "join_running": ["type": "string", "enum": ["true", "false"]], "callback_url": ["type": "string"],
                    "retention": ["type": "string", "description": "Rules for keeping, as JSON text."],
                ],
            ]),
            answers: [
                (
                    202,
                    .json(
                        "Submitted",
                        example: ["id": jobID, "file_id": "file_0193a4c5d6e70123456789abcdef0123", "status": "queued"]
                    )
                )
            ],
            failures: [415, 503, 507]
        ),
        "GET /api/v1/transcriptions": Operation(
            tag: "Transcriptions",
            summary: "Lists jobs.",
            parameters: ["limit", "sort", "cursor", "search", "updatedAfter", "jobStatus"],
            answers: [(200, .list("TranscriptionItem", example: listedJob))],
            failures: [422]
        ),
        "GET /api/v1/transcriptions/{id}": Operation(
            tag: "Transcriptions",
            summary: "One job.",
            parameters: ["wait"],
            answers: [(200, .json("Transcription", example: job))],
            failures: [422]
        ),
        "PATCH /api/v1/transcriptions/{id}": Operation(
            tag: "Transcriptions",
            summary: "Renames a job.",
            body: .json("TitleBody", example: ["title": "Stand-up"]),
            answers: [(200, .json("Transcription", example: job))]
        ),
        "DELETE /api/v1/transcriptions/{id}": Operation(
            tag: "Transcriptions",
            summary: "Stops a job and removes all of it.",
            answers: [(204, .none)]
        ),
        "POST /api/v1/transcriptions/{id}:cancel": Operation(
            tag: "Transcriptions",
            summary: "Asks for a job to stop.",
            details: "A waiting job ends at once, a running one within moments.",
            answers: [(200, .json("Canceled", example: ["id": jobID, "status": "canceled"]))]
        ),
        "POST /api/v1/transcriptions/{id}:retry": Operation(
            tag: "Transcriptions",
            summary: "Queues a new job with what an ended one was created with.",
            body: .json("RetryBody", example: ["options": ["diarization": true]]),
            isBodyOptional: true,
            answers: [
                (
                    202,
                    .json(
                        "Retried",
                        example: [
                            "id": "tr_0193a4c5d6e70123456789abcdef0124", "source_transcription_id": jobID, "status": "queued",
                        ]
                    )
                )
            ]
        ),
    ]

    private static let results: [String: Operation] = [
        "GET /api/v1/transcriptions/{id}/transcript": Operation(
            tag: "Transcriptions",
            summary: "What was said; of a running job what it has heard so far.",
            details: "With `format`, or an `Accept` header that names one, the finished transcript as a file in another format; "
                + "further parameters are the format's options.",
            parameters: ["exportFormat"],
            answers: [
                (
                    200,
                    .jsonOr(
                        exportTypes,
                        "Transcript",
                        example: [
                            "transcription_id": jobID, "status": "completed", "partial": false, "text": "Good morning.",
                            "language": "en",
                            "segments": [
                                ["id": "seg_000001", "start": 0.3, "end": 1.2, "speaker": "SPEAKER_00", "text": "Good morning."]
                            ],
                            "words": [
                                ["start": 0.3, "end": 0.6, "word": "Good", "speaker": "SPEAKER_00"],
                                ["start": 0.6, "end": 1.2, "word": "morning.", "speaker": "SPEAKER_00"],
                            ],
                            "engine": ["provider": "local", "transcription_model": "whisper-base"],
                        ]
                    )
                )
            ],
            failures: [409, 422]
        ),
        "GET /api/v1/transcriptions/{id}/audio": playing.tagged("Transcriptions"),
        "GET /api/v1/transcriptions/{id}/executions": Operation(
            tag: "Transcriptions",
            summary: "The attempts at a job, newest first.",
            answers: [
                (
                    200,
                    .list(
                        "Execution",
                        example: [
                            "id": "exec_0193a4c5-d6e7-4123-8567-89abcdef0123", "transcription_id": jobID, "number": 1,
                            "status": "completed", "provider": "local", "model": "whisper-base",
                            "started_at": "2026-11-24T01:50:37.000001Z", "completed_at": "2026-11-24T01:50:49.000001Z",
                            "failed_at": nil, "processing_duration_ms": 12_000, "error": nil, "error_code": nil,
                        ]
                    )
                )
            ]
        ),
        "GET /api/v1/transcriptions/{id}/logs": Operation(
            tag: "Transcriptions",
            summary: "The attempts as text.",
            answers: [(200, .other("text/plain", ["type": "string"]))]
        ),
        "GET /api/v1/transcriptions/{id}/events": Operation(
            tag: "Events",
            summary: "What happens to one job, as server-sent events.",
            details: streamDetails,
            parameters: ["types", "lastEventID"],
            answers: [(200, .other("text/event-stream", ["type": "string"]))],
            failures: [422]
        ),
        "GET /api/v1/events": Operation(
            tag: "Events",
            summary: "What happens to everything of the caller, as server-sent events.",
            details: streamDetails,
            parameters: ["types", "lastEventID"],
            answers: [(200, .other("text/event-stream", ["type": "string"]))],
            failures: [422]
        ),
    ]

    private static let streamDetails = """
        Starts with a `snapshot` of the present state or goes on behind `Last-Event-ID`. Each event comes once, after its change is \
        durable. Ends when the session or key does.
        """

    private static let profile: DocumentValue = [
        "id": "profile_0193a4c5d6e70123456789abcdef0123", "name": "Meetings", "description": "", "is_default": true,
        "options": [
            "model": "whisper-base", "language": nil, "diarization": true, "device": "auto", "task": "transcribe",
            "speakers": nil,
            "min_speakers": nil, "max_speakers": nil, "diarization_model": nil, "hotwords": [],
        ], "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:50:36.123456Z",
    ]
    private static let settings: DocumentValue = [
        "auto_transcription_enabled": false, "default_profile_id": nil, "local_only": true, "max_upload_size_mb": 51_200,
    ]

    private static let preferences: [String: Operation] = [
        "GET /api/v1/profiles": Operation(
            tag: "Settings",
            summary: "Lists profiles, newest first.",
            answers: [(200, .list("Profile", example: profile))]
        ),
        "POST /api/v1/profiles": Operation(
            tag: "Settings",
            summary: "Makes a profile: a named set of options.",
            body: .json("ProfileBody", example: ["name": "Meetings", "options": ["diarization": true]]),
            answers: [(201, .json("Profile", example: profile))]
        ),
        "GET /api/v1/profiles/{id}": Operation(
            tag: "Settings",
            summary: "One profile.",
            answers: [(200, .json("Profile", example: profile))]
        ),
        "PATCH /api/v1/profiles/{id}": Operation(
            tag: "Settings",
            summary: "Changes what is given and keeps the rest.",
            body: .json("ProfilePatch", example: ["description": "For the weekly"]),
            answers: [(200, .json("Profile", example: profile))]
        ),
        "DELETE /api/v1/profiles/{id}": Operation(
            tag: "Settings",
            summary: "Removes a profile. Jobs keep the options they were created with.",
            answers: [(204, .none)]
        ),
        "POST /api/v1/profiles/{id}:set-default": Operation(
            tag: "Settings",
            summary: "Makes it the only default.",
            answers: [
                (
                    200,
                    .json("DefaultProfile", example: ["id": "profile_0193a4c5d6e70123456789abcdef0123", "is_default": true])
                )
            ]
        ),
        "GET /api/v1/settings": Operation(
            tag: "Settings",
            summary: "The caller's settings.",
            answers: [(200, .json("Settings", example: settings))]
        ),
        "PATCH /api/v1/settings": Operation(
            tag: "Settings",
            summary: "Changes what is given. An empty `default_profile_id` clears it.",
            body: .json("SettingsBody", example: ["auto_transcription_enabled": true]),
            answers: [(200, .json("Settings", example: settings))]
        ),
    ]

    private func tagged(_ tag: String) -> Operation {
        var copy = self
        copy.tag = tag
        return copy
    }
}
