extension Operation {
    /// What is said about many transcripts at once.
    static let bundles: [String: Operation] = [
        "POST /api/v1/transcriptions:export": Operation(
            tag: "Transcriptions",
            summary: "Packs finished transcripts into one ZIP.",
            details: "Each is a file named by its title, in the format that `format` names; further parameters are the format's "
                + "options. 409 names the first that has no transcript.",
            parameters: ["exportFormat"],
            body: .json("BundleBody", example: ["ids": ["tr_0193a4c5d6e70123456789abcdef0123"]]),
            answers: [(200, .other("application/zip", ["type": "string", "format": "binary"]))],
            failures: [404, 409, 422]
        )
    ]
}
