extension Operation {
    private static let listedJob: DocumentValue = [
        "id": "tr_0193a4c5d6e70123456789abcdef0123", "file_id": "file_0193a4c5d6e70123456789abcdef0123", "title": "Stand-up",
        "status": "processing", "progress": 0.42, "progress_stage": "transcribing", "duration_seconds": 61.5,
        "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:50:36.123456Z",
        "language": nil, "detected_language": "en", "warnings": [], "error": nil, "error_code": nil,
    ]
    private static let job: DocumentValue = .object(
        listedJob.fields
            + ([
                "diarization": false,
                "options": [
                    "model": nil, "language": nil, "task": "transcribe", "diarization": false, "speakers": nil,
                    "min_speakers": nil, "max_speakers": nil, "diarization_model": nil, "hotwords": [], "start": nil, "end": nil,
                    "device": "auto",
                ],
                "engine": ["provider": "local", "transcription_model": "whisper-base", "diarization_model": nil],
                "attempt": 1, "cancel_requested": false, "queued_at": "2026-11-24T01:50:36.123456Z",
                "started_at": "2026-11-24T01:50:37.000001Z", "completed_at": nil, "failed_at": nil,
            ] as DocumentValue).fields
    )

    /// The job that the examples are about.
    static let jobID: DocumentValue = "tr_0193a4c5d6e70123456789abcdef0123"

    static let transcriptions: [String: Operation] = [
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
}
