extension Operation {
    private static let upload: DocumentValue = [
        "id": "up_0193a4c5d6e70123456789abcdef0123", "length_bytes": 52_428_800, "offset_bytes": 1_048_576, "file_id": nil,
        "created_at": "2026-11-24T01:50:36.123456Z", "expires_at": "2026-11-25T01:50:36.123456Z",
    ]
    private static let piece = Content.other("application/offset+octet-stream", ["type": "string", "format": "binary"])
    private static let statuses = [409, 412, 415, 423, 460, 503, 507]

    /// Uploads in pieces.
    static let uploads: [String: Operation] = [
        "POST /api/v1/uploads": Operation(
            tag: "Files",
            summary: "Announces a recording that comes in pieces (tus 1.0).",
            details: """
                `Location` names the upload. A body is the first piece. `Upload-Metadata` knows `filename`, `filetype`, `title`, \
                and `auto_transcribe` (`false` for clients that make their own job).
                """,
            parameters: ["tusResumable", "uploadLength", "uploadMetadata", "uploadChecksum"],
            body: piece,
            isBodyOptional: true,
            answers: [(201, .none)],
            failures: statuses + [429]
        ),
        "GET /api/v1/uploads/{id}": Operation(
            tag: "Files",
            summary: "How far an upload is.",
            details: """
                As JSON and, what tus clients read by HEAD, in `Upload-Offset`, `Upload-Length`, `Upload-Metadata`, \
                `Upload-Expires` and, once it is a file, `Upload-File-ID`.
                """,
            answers: [(200, .json("Upload", example: upload))],
            failures: [412]
        ),
        "PATCH /api/v1/uploads/{id}": Operation(
            tag: "Files",
            summary: "Sends the next piece.",
            details: """
                What came of a piece that was cut off counts, unless it carries a checksum. The last piece makes the file, which \
                `Upload-File-ID` and `Content-Location` name, or is refused as `POST /api/v1/files` would refuse the file.
                """,
            parameters: ["tusResumable", "uploadOffset", "uploadChecksum"],
            body: piece,
            answers: [(204, .none)],
            failures: statuses
        ),
        "POST /api/v1/uploads/{id}": Operation(
            tag: "Files",
            summary: "PATCH or DELETE for clients that can send neither.",
            parameters: ["tusResumable", "methodOverride", "uploadOffset", "uploadChecksum"],
            body: piece,
            isBodyOptional: true,
            answers: [(204, .none)],
            failures: statuses
        ),
        "DELETE /api/v1/uploads/{id}": Operation(
            tag: "Files",
            summary: "Gives an upload up. A file that was made of it stays.",
            parameters: ["tusResumable"],
            answers: [(204, .none)],
            failures: [412]
        ),
    ]
}

let uploadSchemas: [DocumentValue.Field] = [
    answer(
        "Upload",
        [
            "id": ["type": "string"], "length_bytes": ["type": "integer"], "offset_bytes": ["type": "integer"],
            "file_id": ["type": ["string", "null"]], "created_at": ["type": "string", "format": "date-time"],
            "expires_at": ["type": "string", "format": "date-time"],
        ]
    )
]

private let bytes: DocumentValue = ["type": "integer", "minimum": 0]

let uploadParameters: [DocumentValue.Field] = [
    parameter("tusResumable", "Tus-Resumable", in: "header", ["const": "1.0.0"], "The version of the protocol; must be sent."),
    parameter("uploadLength", "Upload-Length", in: "header", bytes, "The length of the whole file in bytes."),
    parameter("uploadOffset", "Upload-Offset", in: "header", bytes, "Where the piece starts: what HEAD answers."),
    parameter(
        "uploadMetadata",
        "Upload-Metadata",
        in: "header",
        ["type": "string"],
        "Pairs of a key and a base64 value, separated by commas.",
        example: "filename bWVldGluZy53YXY="
    ),
    parameter(
        "uploadChecksum",
        "Upload-Checksum",
        in: "header",
        ["type": "string"],
        "`sha1` or `sha256` and the digest of the piece in base64.",
        example: "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="
    ),
    parameter(
        "methodOverride",
        "X-HTTP-Method-Override",
        in: "header",
        ["type": "string", "enum": ["PATCH", "DELETE"]],
        "The method that is meant."
    ),
]
