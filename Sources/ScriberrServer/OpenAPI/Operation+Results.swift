import ScriberrTranscript

extension Operation {
    static let results: [String: Operation] = [
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

    /// The media types of the export formats, each once.
    private static var exportTypes: [String] {
        let types = TranscriptExports.all.map { String($0.format.mediaType.prefix { $0 != ";" }) }
        return Set(types).subtracting(["application/json"]).sorted()
    }

    private func tagged(_ tag: String) -> Operation {
        var copy = self
        copy.tag = tag
        return copy
    }
}
