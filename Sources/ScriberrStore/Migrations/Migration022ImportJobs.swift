/// What is to happen with a recording once it was fetched, and in words why one could not be.
enum Migration022ImportJobs {
    /// The statements, in order.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            // Options of the transcription that is queued when the recording is there; NULL for none.
            "ALTER TABLE imports ADD COLUMN transcribe TEXT",
            "ALTER TABLE files ADD COLUMN error_message TEXT",
        ]
    }
}
