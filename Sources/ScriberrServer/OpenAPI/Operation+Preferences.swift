extension Operation {
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

    static let preferences: [String: Operation] = [
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
}
