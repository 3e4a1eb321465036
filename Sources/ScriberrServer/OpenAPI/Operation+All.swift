extension Operation {
    /// What is said about each route, by ``Route/name``.
    static let all: [String: Operation] = [
        system, accounts, files, transcriptions, results, preferences, administration, signing, uploads, webhooks, models,
        diarizations, bundles, docs, workers, imports, retention, sessions, edits, recordings,
    ].reduce(into: [:]) { all, part in all.merge(part) { $1 } }

    private static let system: [String: Operation] = [
        "GET /health": Operation(
            tag: "System",
            summary: "Tells that the process lives.",
            answers: [(200, .json("Status", example: ["status": "ok"]))]
        ),
        "GET /api/v1/health": Operation(
            tag: "System",
            summary: "Tells that the process lives.",
            answers: [(200, .json("Status", example: ["status": "ok"]))]
        ),
        "GET /api/v1/ready": Operation(
            tag: "System",
            summary: "Tells that requests can be served.",
            answers: [(200, .json("Readiness", example: ["status": "ready", "database": "ok"]))],
            failures: [503]
        ),
        "GET /api/v1/openapi.json": Operation(
            tag: "System",
            summary: "This document.",
            answers: [(200, .json("Document", example: ["openapi": "3.1.0"]))]
        ),
    ]
}
