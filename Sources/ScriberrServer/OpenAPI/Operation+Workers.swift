extension Operation {
    private static let running: DocumentValue = [
        "id": "tr_0193a4c5d6e70123456789abcdef0123", "attempt": 1, "stage": "transcribing", "progress": 0.4,
        "started_at": "2026-11-24T01:50:36.123456Z",
    ]
    private static let worker: DocumentValue = [
        "id": "inst_0193a4c5d6e70123456789abcdef0123", "role": "worker", "host": "gpu-1", "process_id": 4711,
        "version": "1.0.0", "slots": 2, "fetches_models": false, "models": ["whisper-base"], "cuda": true, "alive": true,
        "started_at": "2026-11-24T01:50:36.123456Z", "last_seen_at": "2026-11-24T01:52:36.123456Z", "running": [running],
    ]

    /// The processes behind the queue.
    static let workers: [String: Operation] = [
        "GET /api/v1/admin/workers": Operation(
            tag: "Administration",
            summary: "Lists the processes that run jobs, longest running first.",
            details:
                "Servers with workers and `scriberr worker`s. `alive` is false for one that was not heard of for so long that its "
                + "jobs are given to others. One with `fetches_models` takes a job for any model; others only for theirs.",
            answers: [(200, .list("Worker", example: worker))]
        )
    ]
}

/// The shapes that go with it.
let workerSchemas: [DocumentValue.Field] = [
    shape(
        "WorkerJob",
        [
            "id": text, "attempt": integer, "stage": text, "progress": ["type": "number"],
            "started_at": ["type": ["string", "null"], "format": "date-time"],
        ]
    ),
    shape(
        "Worker",
        [
            "id": text, "role": ["type": "string", "enum": ["server", "worker"]], "host": text, "process_id": integer,
            "version": text, "slots": integer, "fetches_models": truth, "models": ["type": "array", "items": text],
            "cuda": truth, "alive": truth, "started_at": time, "last_seen_at": time,
            "running": ["type": "array", "items": ["$ref": "#/components/schemas/WorkerJob"]],
        ]
    ),
]

private let text: DocumentValue = ["type": "string"]
private let truth: DocumentValue = ["type": "boolean"]
private let integer: DocumentValue = ["type": "integer"]
private let time: DocumentValue = ["type": "string", "format": "date-time"]
