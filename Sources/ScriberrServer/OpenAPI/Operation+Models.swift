extension Operation {
    private static let model: DocumentValue = [
        "id": "whisper-base", "name": "Whisper Base", "provider": "local", "installed": false, "default": true,
        "capabilities": ["transcription", "word_timestamps", "translation", "language_detection"], "family": "whisper",
        "languages": ["en", "de"], "size_bytes": 208_000_000, "licence": "MIT", "attribution": nil, "downloadable": true,
        "needs_language": false, "takes_parts": true,
        "download": [
            "status": "downloading", "received_bytes": 52_000_000, "total_bytes": 208_000_000, "error": nil, "error_code": nil,
        ],
    ]

    /// What is said about the routes of models.
    static let models: [String: Operation] = [
        "GET /api/v1/models/transcription": Operation(
            tag: "Models",
            summary: "The models there are, those for speakers too.",
            parameters: ["capability"],
            answers: [(200, .json("Models", example: ["items": [model]]))]
        ),
        "GET /api/v1/models/{id}": Operation(
            tag: "Models",
            summary: "One model. A slash in its name is written `%2F`.",
            answers: [(200, .json("Model", example: model))]
        ),
        "POST /api/v1/models/{id}:pull": Operation(
            tag: "Models",
            summary: "Fetches a model, for admins.",
            details:
                "Answers at once. `model.progress`, then `model.ready` or `model.failed`, tell admins how it goes; `download` of "
                + "the model does too. Goes on after a restart. Asking again joins what goes on.",
            answers: [(202, .json("Model", example: model))],
            failures: [409]
        ),
        "POST /api/v1/models/{id}:verify": Operation(
            tag: "Models",
            summary: "Reads the files of an installed model again and compares them with what was installed, for admins.",
            details: "A file is `good`, `changed`, or `unrecorded` when it was not installed by Scriberr.",
            answers: [
                (
                    200,
                    .json(
                        "ModelVerification",
                        example: ["id": "whisper-base", "good": true, "files": [["name": "base-tokens.txt", "state": "good"]]]
                    )
                )
            ],
            failures: [409]
        ),
        "DELETE /api/v1/models/{id}": Operation(
            tag: "Models",
            summary: "Removes a model that was downloaded, or stops its download, for admins.",
            answers: [(204, .none)],
            failures: [409]
        ),
    ]

    /// What is said about the route that tells speakers apart anew.
    static let diarizations: [String: Operation] = [
        "POST /api/v1/transcriptions/{id}:diarize": Operation(
            tag: "Transcriptions",
            summary: "Tells the speakers of a finished transcription apart anew.",
            details:
                "Queues a job with a row of its own, which can be followed and canceled like any other; lists do not show it. "
                + "The transcription stays completed. Its text and words stay as they are; when the job has "
                + "completed, they have other speakers. When it fails, nothing changes but for the warning "
                + "`DIARIZATION_FAILED`.",
            body: .json("DiarizeBody", example: ["speakers": 2]),
            isBodyOptional: true,
            answers: [
                (
                    202,
                    .json(
                        "Retried",
                        example: [
                            "id": "tr_0193a4c5d6e70123456789abcdef0125",
                            "source_transcription_id": "tr_0193a4c5d6e70123456789abcdef0123", "status": "queued",
                        ]
                    )
                )
            ],
            failures: [503]
        )
    ]
}
