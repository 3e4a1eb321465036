extension Operation {
    /// What is said about recordings in pieces and about export formats.
    static let recordings: [String: Operation] = [
        "GET /api/v1/recordings": Operation(
            tag: "Files",
            summary: "Lists unfinished recordings, oldest first.",
            answers: [(200, .list("Recording", example: recording))]
        ),
        "POST /api/v1/recordings": Operation(
            tag: "Files",
            summary: "Starts a recording that comes in pieces.",
            details: "For microphones: each piece is kept at once, so that a closed page loses only the last seconds.",
            body: .json("RecordingBody", example: ["title": "Meeting", "mime_type": "audio/webm"]),
            answers: [(201, .json("Recording", example: recording))],
            failures: [409]
        ),
        "PUT /api/v1/recordings/{id}/pieces/{number}": Operation(
            tag: "Files",
            summary: "Keeps the next piece of a recording.",
            details: """
                Pieces are numbered from 0, 1 byte to 4 MiB long, and joined as they are. Sending one again changes nothing; other \
                bytes under the same number are 409.
                """,
            parameters: ["pieceNumber"],
            body: .other("application/octet-stream", ["type": "string", "format": "binary"]),
            answers: [(200, .json("Recording", example: recording))],
            failures: [409, 413, 422]
        ),
        "POST /api/v1/recordings/{id}:finish": Operation(
            tag: "Files",
            summary: "Makes a file of a recording's pieces and transcribes it.",
            body: .json("FinishBody", example: ["title": "Meeting", "options": ["language": "en"]]),
            isBodyOptional: true,
            answers: [(202, .json("Submitted", example: ["id": "tr_019a…", "file_id": "file_019a…", "status": "queued"]))],
            failures: [415, 507]
        ),
        "DELETE /api/v1/recordings/{id}": Operation(
            tag: "Files",
            summary: "Throws an unfinished recording away.",
            answers: [(204, .none)]
        ),
        "GET /api/v1/export-formats": Operation(
            tag: "Transcriptions",
            summary: "Lists the formats that transcripts come in.",
            answers: [
                (
                    200,
                    .list(
                        "ExportFormat",
                        example: [
                            "id": "srt", "name": "SubRip subtitles", "media_type": "application/x-subrip",
                            "file_extension": "srt", "options": ["preset"],
                        ]
                    )
                )
            ]
        ),
    ]

    private static let recording: DocumentValue = [
        "id": "rec_019a…", "title": "Meeting", "mime_type": "audio/webm", "pieces": 12, "size_bytes": 196_608,
        "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:51:00.123456Z",
    ]
}
