import ScriberrTranscript

/// The parameters that operations share, by the name that they refer to them with.
let documentParameters: [DocumentValue.Field] = [
    parameter("id", "id", in: "path", ["type": "string"], "The identifier, prefix included.", example: "tr_019a…"),
    parameter(
        "idempotencyKey",
        "Idempotency-Key",
        in: "header",
        ["type": "string", "pattern": "^[A-Za-z0-9._:-]{0,128}$"],
        "Makes a repetition of the request answer what the first one answered, with `Idempotency-Replayed: true`. Empty: none."
    ),
    parameter(
        "limit",
        "limit",
        in: "query",
        ["type": "integer", "minimum": 1, "maximum": 100, "default": 50],
        "How many items at most."
    ),
    parameter(
        "sort",
        "sort",
        in: "query",
        [
            "type": "string", "default": "-created_at",
            "enum": ["created_at", "-created_at", "updated_at", "-updated_at", "title", "-title"],
        ],
        "The order; a minus turns it round."
    ),
    parameter(
        "exportFormat",
        "format",
        in: "query",
        ["type": "string", "enum": .array(TranscriptExports.all.map { .text($0.format.id) })],
        "Another format than the canonical JSON; only for a finished transcription."
    ),
    parameter("cursor", "cursor", in: "query", ["type": "string"], "`next_cursor` of the page before, with the same query."),
    parameter(
        "q",
        "q",
        in: "query",
        ["type": "string", "maxLength": 200],
        "Part of the title, without regard to case and accents.",
        example: "stand"
    ),
    parameter(
        "search",
        "q",
        in: "query",
        ["type": "string", "maxLength": 200],
        "Part of the title, or beginnings of words that all stand in the transcript, without regard to case and accents. Each "
            + "item then has `match`: where it was found, with a snippet and its time in seconds.",
        example: "budget"
    ),
    parameter(
        "updatedAfter",
        "updated_after",
        in: "query",
        ["type": "string", "format": "date-time"],
        "Only what changed later."
    ),
    parameter(
        "jobStatus",
        "status",
        in: "query",
        ["type": "string", "enum": ["queued", "processing", "completed", "failed", "canceled"]],
        "Only jobs in this state."
    ),
    parameter(
        "fileStatus",
        "status",
        in: "query",
        ["type": "string", "enum": ["uploaded", "ready", "processing", "failed"]],
        "Only files in this state; `uploaded` means `ready`."
    ),
    parameter(
        "kind",
        "kind",
        in: "query",
        ["type": "string", "enum": ["audio", "video", "youtube"]],
        "Only files of this kind."
    ),
    parameter(
        "wait",
        "wait",
        in: "query",
        ["type": "string"],
        "Answers when the status changes, at the latest after this duration (at most 60s).",
        example: "30s"
    ),
    parameter("types", "types", in: "query", ["type": "string"], "Only events of these types, separated by commas."),
    parameter(
        "lastEventID",
        "Last-Event-ID",
        in: "header",
        ["type": "string", "pattern": "^[0-9]+$"],
        "Goes on behind this event; `gap` says that some are no longer kept."
    ),
    parameter("capability", "capability", in: "query", ["type": "string"], "Only models with all of these, separated by commas."),
    parameter(
        "version",
        "version",
        in: "path",
        ["type": "integer", "minimum": 1],
        "The number of a version.",
        example: "1"
    ),
    parameter("pieceNumber", "number", in: "path", ["type": "integer", "minimum": 0], "The number of a piece.", example: "0"),
    parameter(
        "ifMatch",
        "If-Match",
        in: "header",
        ["type": "string"],
        "The `ETag` of the version that the change was made for, such as `\"v3\"`, or `*`. Needed.",
        example: "\"v3\""
    ),
    parameter("range", "Range", in: "header", ["type": "string"], "The bytes to send.", example: "bytes=0-1023"),
    parameter("ifRange", "If-Range", in: "header", ["type": "string"], "Send a part only of this version, else the whole."),
    parameter("ifNoneMatch", "If-None-Match", in: "header", ["type": "string"], "304 when the entity tag is one of these."),
]

func parameter(
    _ key: String,
    _ name: String,
    in place: String,
    _ schema: DocumentValue,
    _ description: String,
    example: String? = nil
) -> DocumentValue.Field {
    let value: DocumentValue = [
        "name": .text(name), "in": .text(place), "required": .truth(place == "path"), "description": .text(description),
        "schema": schema,
    ]
    return DocumentValue.Field(name: key, value: value.adding("example", example.map { .text($0) }))
}
