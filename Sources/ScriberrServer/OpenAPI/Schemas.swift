/// The shapes of bodies and answers. All fields of an answer are always there; what is absent is null.
let documentSchemas: [DocumentValue.Field] = [
    answer("Status", ["status": text]),
    answer("Readiness", ["status": text, "database": text]),
    answer("Done", ["ok": truth]),
    answer("Registration", ["registration_enabled": truth]),
    answer(
        "User",
        ["id": ["const": "user_self"], "username": text, "role": ["type": "string", "enum": ["admin", "user"]]]
    ),
    answer("Tokens", ["access_token": text, "refresh_token": text, "user": reference("User")]),
    answer(
        "APIKey",
        [
            "id": text, "name": text, "description": text, "key_preview": text, "scopes": ["type": "array", "items": scope],
            "expires_at": maybe(time), "created_at": time, "is_active": truth, "last_used_at": maybe(time), "updated_at": time,
        ]
    ),
    answer(
        "NewAPIKey",
        [
            "id": text, "name": text, "description": text, "key_preview": text, "scopes": ["type": "array", "items": scope],
            "expires_at": maybe(time), "created_at": time, "key": text,
        ]
    ),
    answer(
        "File",
        [
            "id": text, "title": text, "kind": ["type": "string", "enum": ["audio", "video", "youtube"]],
            "status": ["type": "string", "enum": ["ready", "processing", "failed"]], "mime_type": text, "size_bytes": integer,
            "duration_seconds": maybe(number), "error": maybe(text), "error_code": maybe(text), "created_at": time,
            "updated_at": time,
        ]
    ),
    answer("Submitted", ["id": text, "file_id": text, "status": jobStatus], optional: ["callback_secret": text]),
    answer("Canceled", ["id": text, "status": jobStatus]),
    answer("Retried", ["id": text, "source_transcription_id": text, "status": jobStatus]),
    answer("TranscriptionItem", listedJob, optional: ["match": reference("Match")]),
    answer(
        "Match",
        ["field": ["type": "string", "enum": ["title", "transcript"]], "snippet": maybe(text), "start": maybe(number)]
    ),
    answer(
        "Transcription",
        .object(
            listedJob.fields
                + ([
                    "diarization": truth,
                    "options": reference("Options"), "engine": reference("EngineStamp"), "attempt": integer,
                    "cancel_requested": truth, "queued_at": time, "started_at": maybe(time), "completed_at": maybe(time),
                    "failed_at": maybe(time),
                ] as DocumentValue).fields
        ),
        optional: [
            "source_transcription_id": text, "queue_position": maybe(integer), "estimated_start_seconds": maybe(number),
            "waiting_reason": maybe(text), "callback_secret": text, "diarization_job_id": maybe(text),
        ]
    ),
    answer("Warning", ["code": text, "message": text]),
    answer(
        "EngineStamp",
        ["provider": maybe(text), "transcription_model": maybe(text), "diarization_model": maybe(text)]
    ),
    answer("Options", options),
    answer("ProfileOptions", .object(options.fields.filter { $0.name != "start" && $0.name != "end" })),
    answer(
        "Transcript",
        [
            "transcription_id": text, "status": jobStatus, "text": text,
            "segments": ["type": "array", "items": reference("Segment")],
            "words": ["type": "array", "items": reference("Word")],
        ],
        optional: [
            "partial": truth, "language": maybe(text), "engine": ["type": ["object", "null"]], "version": maybe(integer),
            "speakers": ["type": "object"],
        ]
    ),
    answer("Segment", ["id": text, "start": number, "end": number, "text": text], optional: ["speaker": text]),
    answer("Word", ["start": number, "end": number, "word": text], optional: ["speaker": text, "confidence": number]),
    answer(
        "Execution",
        [
            "id": text, "transcription_id": text, "number": integer,
            "status": ["type": "string", "enum": ["processing", "completed", "failed", "canceled", "interrupted"]],
            "provider": text, "model": text, "started_at": time, "completed_at": maybe(time), "failed_at": maybe(time),
            "processing_duration_ms": maybe(integer), "error": maybe(text), "error_code": maybe(text),
        ]
    ),
    answer(
        "Profile",
        [
            "id": text, "name": text, "description": text, "is_default": truth, "options": reference("ProfileOptions"),
            "created_at": time, "updated_at": time,
        ]
    ),
    answer("DefaultProfile", ["id": text, "is_default": truth]),
    answer(
        "Settings",
        [
            "auto_transcription_enabled": truth, "default_profile_id": maybe(text), "local_only": truth,
            "max_upload_size_mb": integer,
        ]
    ),
    answer("Models", ["items": ["type": "array", "items": reference("Model")]]),
    answer(
        "Model",
        [
            "id": text, "name": text, "provider": text, "installed": truth, "default": truth,
            "capabilities": ["type": "array", "items": text], "family": text, "languages": ["type": "array", "items": text],
            "size_bytes": maybe(integer), "licence": maybe(text), "attribution": maybe(text), "downloadable": truth,
            "needs_language": truth, "takes_parts": truth, "download": maybe(reference("ModelDownload")),
        ]
    ),
    answer(
        "ModelDownload",
        [
            "status": ["type": "string", "enum": ["downloading", "failed"]], "received_bytes": integer,
            "total_bytes": maybe(integer), "error": maybe(text), "error_code": maybe(text),
        ]
    ),
    answer(
        "ModelVerification",
        ["id": text, "good": truth, "files": ["type": "array", "items": reference("ModelFileState")]]
    ),
    answer(
        "ModelFileState",
        ["name": text, "state": ["type": "string", "enum": ["good", "unrecorded", "changed"]]]
    ),
    answer("Error", ["error": reference("Failure")]),
    answer("Failure", ["code": text, "message": text, "request_id": text], optional: ["field": text]),
    answer("Document", ["openapi": text]),

    body("RegistrationBody", ["username": text, "password": text, "confirm_password": text]),
    body("LoginBody", ["username": text, "password": text]),
    body("RefreshBody", ["refresh_token": text]),
    body("LogoutBody", [:], optional: ["refresh_token": maybe(text)]),
    body("PasswordBody", ["current_password": text, "new_password": text, "confirm_password": text]),
    body("UsernameBody", ["new_username": text, "password": text]),
    body(
        "APIKeyBody",
        ["name": text],
        optional: ["description": maybe(text), "scopes": maybe(["type": "array", "items": scope]), "expires_at": maybe(time)]
    ),
    body("TitleBody", ["title": text]),
    body("ImportBody", ["url": text], optional: ["title": maybe(text), "transcription": maybe(reference("ImportedJob"))]),
    body("ImportedJob", [:], optional: ["profile_id": maybe(text), "options": maybe(reference("OptionsBody"))]),
    body(
        "TranscriptionBody",
        ["file_id": text],
        optional: [
            "title": maybe(text), "profile_id": maybe(text), "options": maybe(reference("OptionsBody")),
            "join_running": maybe(truth), "callback_url": maybe(text), "retention": maybe(reference("RetentionRulesBody")),
        ]
    ),
    body(
        "DiarizeBody",
        [:],
        optional: [
            "speakers": maybe(integer), "min_speakers": maybe(integer), "max_speakers": maybe(integer), "model": maybe(text),
        ]
    ),
    body("RetryBody", [:], optional: ["options": maybe(reference("OptionsBody"))]),
    body(
        "OptionsBody",
        [:],
        optional: .object(options.fields.map { DocumentValue.Field(name: $0.name, value: maybe($0.value)) })
    ),
    body(
        "ProfileBody",
        ["name": text],
        optional: ["description": maybe(text), "is_default": maybe(truth), "options": maybe(reference("OptionsBody"))]
    ),
    body(
        "ProfilePatch",
        [:],
        optional: [
            "name": text, "description": maybe(text), "is_default": maybe(truth), "options": maybe(reference("OptionsBody")),
        ]
    ),
    body("SettingsBody", [:], optional: ["auto_transcription_enabled": maybe(truth), "default_profile_id": maybe(text)]),
]

private let text: DocumentValue = ["type": "string"]
private let truth: DocumentValue = ["type": "boolean"]
private let integer: DocumentValue = ["type": "integer"]
private let number: DocumentValue = ["type": "number"]
private let time: DocumentValue = ["type": "string", "format": "date-time"]
private let scope: DocumentValue = ["type": "string", "enum": ["read", "write", "admin"]]
private let jobStatus: DocumentValue = ["type": "string", "enum": ["queued", "processing", "completed", "failed", "canceled"]]

private let listedJob: DocumentValue = [
    "id": text, "file_id": text, "title": text, "status": jobStatus, "progress": ["type": "number", "minimum": 0, "maximum": 1],
    "progress_stage": text, "duration_seconds": maybe(number), "created_at": time, "updated_at": time,
    "language": maybe(text), "detected_language": maybe(text), "warnings": ["type": "array", "items": reference("Warning")],
    "error": maybe(text), "error_code": maybe(text),
]

private let options: DocumentValue = [
    "model": maybe(text), "language": maybe(text), "task": ["type": "string", "enum": ["transcribe", "translate"]],
    "diarization": truth, "speakers": maybe(integer), "min_speakers": maybe(integer), "max_speakers": maybe(integer),
    "diarization_model": maybe(text), "hotwords": ["type": "array", "items": text], "start": maybe(number), "end": maybe(number),
    "device": ["type": "string", "enum": ["auto", "cpu", "cuda"]],
]

func reference(_ name: String) -> DocumentValue { ["$ref": .text("#/components/schemas/\(name)")] }

/// The same, or null.
func maybe(_ schema: DocumentValue) -> DocumentValue {
    if case .text(let type)? = schema["type"], schema["enum"] == nil {
        return .object(
            schema.fields.map { $0.name == "type" ? DocumentValue.Field(name: "type", value: [.text(type), "null"]) : $0 }
        )
    }
    if case .array? = schema["type"] { return schema }
    return ["anyOf": [schema, ["type": "null"]]]
}

func answer(_ name: String, _ fields: DocumentValue, optional: DocumentValue = [:]) -> DocumentValue.Field {
    DocumentValue.Field(name: name, value: object(fields, optional))
}

func body(_ name: String, _ required: DocumentValue, optional: DocumentValue = [:]) -> DocumentValue.Field {
    DocumentValue.Field(name: name, value: object(required, optional))
}

/// A named object: the fields that are always there, and those that may be.
func shape(_ name: String, _ required: DocumentValue, optional: DocumentValue = [:]) -> DocumentValue.Field {
    DocumentValue.Field(name: name, value: object(required, optional))
}

private func object(_ required: DocumentValue, _ optional: DocumentValue) -> DocumentValue {
    [
        "type": "object", "required": .array(required.fields.map { .text($0.name) }),
        "properties": .object(required.fields + optional.fields),
    ]
}
