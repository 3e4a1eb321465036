extension Operation {
    /// What is said about editing, outlines and the pause of the queue.
    static let edits: [String: Operation] = versions.merging(outlines) { $1 }.merging(pauses) { $1 }

    private static let segment: DocumentValue = [
        "id": "seg_000001", "start": 0.16, "end": 2.4, "speaker": "SPEAKER_00", "text": "Good morning.",
    ]
    private static let edited: DocumentValue = [
        "version": 2, "segments": ["at": 0, "removed": 1, "items": [segment]],
        "words": ["at": 0, "removed": 2, "items": [["start": 0.16, "end": 0.5, "word": "Good"]]],
        "speakers": ["SPEAKER_00": "Anna"],
    ]

    private static let versions: [String: Operation] = [
        "PATCH /api/v1/transcriptions/{id}/transcript": Operation(
            tag: "Transcriptions",
            summary: "Changes a finished transcript.",
            details: """
                Takes `operations`, all or none of them, or a whole `transcript`. Words that stay keep their times; new ones get \
                theirs within the stretch that changed. Times of a `transcript` lie within the recording, and ends behind their \
                starts. Makes a new version and answers how it differs from the one before.
                """,
            parameters: ["ifMatch"],
            body: .json(
                "EditBody",
                example: ["operations": [["op": "set_text", "segment": "seg_000001", "text": "Good morning."]]]
            ),
            answers: [(200, .json("Edited", example: edited))],
            failures: [409, 412]
        ),
        "GET /api/v1/transcriptions/{id}/transcript/versions": Operation(
            tag: "Transcriptions",
            summary: "Lists the versions of a transcript, newest first.",
            answers: [
                (
                    200,
                    .list(
                        "TranscriptVersion",
                        example: [
                            "version": 2, "author": "alice", "changes": ["set_text"],
                            "created_at": "2026-11-24T01:50:36.123456Z",
                        ]
                    )
                )
            ]
        ),
        "GET /api/v1/transcriptions/{id}/transcript/versions/{version}": Operation(
            tag: "Transcriptions",
            summary: "What a transcript said in a version.",
            parameters: ["version"],
            answers: [
                (
                    200,
                    .json(
                        "Transcript",
                        example: [
                            "transcription_id": "tr_019a…", "status": "completed", "partial": false, "version": 1,
                            "speakers": .object([]), "text": "Good morning.", "segments": [segment], "words": .array([]),
                        ]
                    )
                )
            ],
            failures: [409]
        ),
        "POST /api/v1/transcriptions/{id}/transcript/versions/{version}:restore": Operation(
            tag: "Transcriptions",
            summary: "Makes a new version that says what an earlier one said.",
            parameters: ["version", "ifMatch"],
            answers: [(200, .json("Edited", example: edited))],
            failures: [409, 412]
        ),
    ]

    private static let outline: [(status: Int, content: Content)] = [
        (200, .json("Waveform", example: ["seconds": 62.5, "peaks": [-12, 14, -90, 88]]))
    ]

    private static let outlines: [String: Operation] = [
        "GET /api/v1/files/{id}/waveform": Operation(
            tag: "Files",
            summary: "The outline of a recording, for a player to draw.",
            details:
                "For each equal part its lowest and its highest sample in turn, from -127 to 127. Made when first asked for.",
            answers: outline,
            failures: [422, 503]
        ),
        "GET /api/v1/transcriptions/{id}/waveform": Operation(
            tag: "Transcriptions",
            summary: "The outline of the recording that was transcribed.",
            answers: outline,
            failures: [422, 503]
        ),
    ]

    private static let pauses: [String: Operation] = [
        "POST /api/v1/admin/queue:pause": Operation(
            tag: "System",
            summary: "Has workers take no new jobs.",
            details: "Holds for all users and workers, also after a restart. Jobs that run go on.",
            answers: [(200, .json("Paused", example: ["paused": true]))]
        ),
        "POST /api/v1/admin/queue:resume": Operation(
            tag: "System",
            summary: "Has workers take jobs again.",
            answers: [(200, .json("Paused", example: ["paused": false]))]
        ),
    ]
}
