extension Operation {
    private static let rules: DocumentValue = ["audio_days": 30, "transcript_days": nil, "delete_audio_after_success": false]
    private static let use: DocumentValue = [
        "files": 12, "audio_bytes": 734_003_200, "transcriptions": 15, "transcript_bytes": 1_482_112,
    ]

    private static func deletion(_ time: String) -> DocumentValue {
        .object(
            [
                DocumentValue.Field(name: "kind", value: "audio"),
                DocumentValue.Field(name: "id", value: "file_0193a4c5d6e70123456789abcdef0123"),
                DocumentValue.Field(name: "title", value: "Stand-up"),
                DocumentValue.Field(name: "reason", value: "owner_rules"),
                DocumentValue.Field(name: "size_bytes", value: 1_048_576),
                DocumentValue.Field(name: time, value: "2026-11-24T01:50:36.123456Z"),
            ]
        )
    }

    static let retention: [String: Operation] = [
        "GET /api/v1/retention": Operation(
            tag: "Retention",
            summary: "For how long the account's recordings and transcriptions are kept.",
            answers: [(200, .json("RetentionRules", example: rules))]
        ),
        "PUT /api/v1/retention": Operation(
            tag: "Retention",
            summary: "Sets for how long they are kept.",
            details:
                "`audio_days` count from when a recording came, `transcript_days` from when a transcription ended; null keeps.",
            body: .json("RetentionRulesBody", example: rules),
            answers: [(200, .json("RetentionRules", example: rules))],
            failures: [400, 422]
        ),
        "GET /api/v1/retention/preview": Operation(
            tag: "Retention",
            summary: "What would be deleted now: at most 100 recordings and 100 transcriptions.",
            answers: [(200, .list("DueDeletion", example: deletion("due_at")))]
        ),
        "GET /api/v1/retention/deletions": Operation(
            tag: "Retention",
            summary: "What was deleted, newest first.",
            parameters: ["limit", "cursor"],
            answers: [(200, .list("Deletion", example: deletion("deleted_at")))],
            failures: [422]
        ),
        "GET /api/v1/transcriptions/{id}/retention": Operation(
            tag: "Retention",
            summary: "The rules that count for a transcription and its recording.",
            answers: [(200, .json("JobRetentionRules", example: rules.adding("source", "owner")))]
        ),
        "PUT /api/v1/transcriptions/{id}/retention": Operation(
            tag: "Retention",
            summary: "Gives a transcription rules of its own, which stand instead of the account's.",
            body: .json("RetentionRulesBody", example: rules),
            answers: [(200, .json("JobRetentionRules", example: rules.adding("source", "job")))],
            failures: [400, 422]
        ),
        "DELETE /api/v1/transcriptions/{id}/retention": Operation(
            tag: "Retention",
            summary: "Takes a transcription's own rules away.",
            answers: [(204, .none)]
        ),
        "GET /api/v1/storage": Operation(
            tag: "Retention",
            summary: "What the account's things take up.",
            answers: [(200, .json("StorageUse", example: use))]
        ),
        "GET /api/v1/admin/storage": Operation(
            tag: "Retention",
            summary: "What each account's things take up.",
            answers: [(200, .list("AccountStorageUse", example: use.adding("username", "alice")))]
        ),
    ]
}

/// The shapes of rules, deletions and what is stored.
let retentionSchemas: [DocumentValue.Field] = {
    let text: DocumentValue = ["type": "string"]
    let integer: DocumentValue = ["type": "integer"]
    let days: DocumentValue = ["type": ["integer", "null"], "minimum": 0, "maximum": 36_500]
    let time: DocumentValue = ["type": "string", "format": "date-time"]
    let rules: DocumentValue = ["audio_days": days, "transcript_days": days, "delete_audio_after_success": ["type": "boolean"]]
    // What is null or left out is cleared.
    let body: DocumentValue = [
        "audio_days": days, "transcript_days": days, "delete_audio_after_success": ["type": ["boolean", "null"]],
    ]
    let deletion: DocumentValue = [
        "kind": ["type": "string", "enum": ["audio", "transcript"]], "id": text, "title": text,
        "reason": ["type": "string", "enum": ["owner_rules", "job_rules", "after_success"]], "size_bytes": integer,
    ]
    let use: DocumentValue = ["files": integer, "audio_bytes": integer, "transcriptions": integer, "transcript_bytes": integer]
    return [
        shape("RetentionRules", rules), shape("RetentionRulesBody", [:], optional: body),
        shape("JobRetentionRules", rules.adding("source", ["type": "string", "enum": ["owner", "job"]])),
        shape("DueDeletion", deletion.adding("due_at", time)), shape("Deletion", deletion.adding("deleted_at", time)),
        shape("StorageUse", use), shape("AccountStorageUse", use.adding("username", text)),
    ]
}()
