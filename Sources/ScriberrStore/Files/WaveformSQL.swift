/// Outlines of recordings, by the blob they were made from.
package enum WaveformSQL {
    /// Lowest and highest samples in turn, a signed byte each; nil when nobody made them yet.
    package static func get(_ db: any SQLConnection, blob key: String) throws -> (seconds: Double, peaks: [UInt8])? {
        try db.query("SELECT seconds, peaks FROM waveforms WHERE blob_key = $1", [.text(key)]).first
            .map { (try $0.real("seconds"), try $0.bytes("peaks")) }
    }

    /// Keeps an outline while some file has the bytes, and lets go of those whose bytes nobody has any more.
    package static func put(_ db: any SQLConnection, blob key: String, seconds: Double, peaks: [UInt8]) throws {
        try prune(db)
        guard try !db.query("SELECT 1 AS found FROM files WHERE blob_key = $1 LIMIT 1", [.text(key)]).isEmpty else { return }
        try db.execute(
            "INSERT INTO waveforms (blob_key, seconds, peaks) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.text(key), .real(seconds), .blob(peaks)]
        )
    }

    /// Lets go of outlines whose recording is gone.
    package static func prune(_ db: any SQLConnection) throws {
        try db.execute(
            "DELETE FROM waveforms WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.blob_key = waveforms.blob_key)",
            []
        )
    }
}
