/// Jobs that tell the speakers of a finished transcription apart anew.
enum Migration004Diarizations {
    /// The statements, in order; both dialects share them.
    static func statements(_ dialect: SQLDialect) -> [String] {
        [
            "ALTER TABLE transcriptions ADD COLUMN diarizes TEXT",
            // Without the state in it, so that transitions of other jobs never touch it.
            "CREATE INDEX transcriptions_diarizes ON transcriptions (diarizes) WHERE diarizes IS NOT NULL",
        ]
    }
}
