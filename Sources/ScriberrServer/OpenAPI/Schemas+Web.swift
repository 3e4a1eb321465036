/// The shapes of what the web page needs besides what every client does.
let webSchemas: [DocumentValue.Field] = [
    shape("SignedIn", ["user": reference("User")]),
    shape(
        "Recording",
        [
            "id": text, "title": text, "mime_type": text, "pieces": integer, "size_bytes": integer, "created_at": time,
            "updated_at": time,
        ]
    ),
    shape("RecordingBody", ["title": text, "mime_type": text]),
    shape(
        "FinishBody",
        [:],
        optional: ["title": maybe(text), "profile_id": maybe(text), "options": maybe(reference("OptionsBody"))]
    ),
    shape(
        "ExportFormat",
        ["id": text, "name": text, "media_type": text, "file_extension": text, "options": list(text)]
    ),
    shape("BundleBody", ["ids": ["type": "array", "items": text, "minItems": 1, "maxItems": 500]]),
    shape("Paused", ["paused": ["type": "boolean"]]),
    shape("Waveform", ["seconds": number, "peaks": list(integer)]),
    shape("TranscriptVersion", ["version": integer, "author": text, "changes": list(text), "created_at": time]),
    shape(
        "Edited",
        ["version": integer, "segments": run("Segment"), "words": run("Word"), "speakers": names],
        optional: ["text": text]
    ),
    shape("EditBody", [:], optional: ["operations": list(edit), "transcript": ["type": "object"]]),
]

private let text: DocumentValue = ["type": "string"]
private let integer: DocumentValue = ["type": "integer"]
private let number: DocumentValue = ["type": "number"]
private let truth: DocumentValue = ["type": "boolean"]
private let time: DocumentValue = ["type": "string", "format": "date-time"]
private let names: DocumentValue = [
    "type": "object", "additionalProperties": ["type": "string"], "description": "How speakers are shown, by their labels.",
]
private let edit: DocumentValue = [
    "type": "object", "required": ["op"],
    "properties": [
        "op": [
            "type": "string",
            "enum": [
                "set_text", "set_speaker", "name_speaker", "merge_speakers", "split", "join_next", "remove", "replace",
            ],
        ],
        "segment": text, "text": text, "speaker": maybe(text), "name": maybe(text), "from": text, "into": text,
        "offset": integer, "find": text, "with": text, "match_case": truth, "whole_words": truth,
    ],
]

/// A run of elements that takes the place of others.
private func run(_ name: String) -> DocumentValue {
    let fields: DocumentValue = ["at": integer, "removed": integer, "items": list(reference(name))]
    return ["type": "object", "required": ["at", "removed", "items"], "properties": fields]
}

private func list(_ items: DocumentValue) -> DocumentValue { ["type": "array", "items": items] }
