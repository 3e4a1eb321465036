extension Operation {
    private static let file: DocumentValue = [
        "id": "file_0193a4c5d6e70123456789abcdef0123", "title": "Stand-up", "kind": "audio", "status": "ready",
        "mime_type": "audio/mp4", "size_bytes": 1_048_576, "duration_seconds": 61.5, "error": nil, "error_code": nil,
        "created_at": "2026-11-24T01:50:36.123456Z", "updated_at": "2026-11-24T01:50:36.123456Z",
    ]
    /// The content of a file.
    static let bytes: DocumentValue = ["type": "string", "format": "binary"]
    /// How a recording is played, by whatever route.
    static let playing = Operation(
        tag: "Files",
        summary: "The recording, whole or in parts.",
        details: "Ranges and conditions as in RFC 9110. Several ranges come as `multipart/byteranges`.",
        parameters: ["range", "ifRange", "ifNoneMatch"],
        answers: [(200, .other("*/*", bytes)), (206, .other("*/*", bytes)), (304, .none)],
        failures: [412, 416]
    )

    static let files: [String: Operation] = [
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
}
