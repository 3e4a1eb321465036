extension Operation {
    private static let fetched: DocumentValue = [
        "id": "file_0193a4c5d6e70123456789abcdef0123", "title": "episode-12", "kind": "audio", "status": "processing",
        "mime_type": "", "size_bytes": 0, "duration_seconds": nil, "error": nil, "error_code": nil,
        "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:50:36.123456Z",
    ]

    static let imports: [String: Operation] = [
        "POST /api/v1/files:import-url": Operation(
            tag: "Files",
            summary: "Fetches a recording from an address.",
            details:
                "The file is there at once with the status `processing`; events tell when it is `ready` or `failed`, deleting it "
                + "ends the import. With `transcription` it is transcribed as soon as it is there, whoever listens by then. "
                + "Addresses of private networks are refused.",
            body: .json(
                "ImportBody",
                example: [
                    "url": "https://podcast.example/episode-12.mp3", "title": "Episode 12",
                    "transcription": ["options": ["language": "en"]],
                ]
            ),
            answers: [(202, .json("File", example: fetched))],
            failures: [422, 503]
        ),
        "POST /api/v1/files:import-youtube": Operation(
            tag: "Files",
            summary: "Fetches the sound of a video.",
            details: "As `files:import-url`, for YouTube alone. Needs yt-dlp on the server; 503 tells how to get it.",
            body: .json("ImportBody", example: ["url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"]),
            answers: [(202, .json("File", example: fetched))],
            failures: [422, 503]
        ),
    ]
}
