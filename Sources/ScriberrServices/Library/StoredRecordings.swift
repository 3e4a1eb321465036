package import ScriberrCore
package import ScriberrStore

/// Finds the audio and the transcripts of jobs for the pipeline.
package struct StoredRecordings: RecordingLookup {
    private let database: any Database
    private let blobs: any BlobStore

    package init(database: any Database, blobs: any BlobStore) {
        self.database = database
        self.blobs = blobs
    }

    /// A local file and its length in seconds, when known; see ``RecordingLookup``.
    package func recording(
        of job: Transcription,
        onBytes: @Sendable () -> Void
    ) async throws -> (copy: LocalCopy, seconds: Double?) {
        let (key, seconds) = try await database.read { db in
            (
                try JobSQL.blobKey(db, of: job.id),
                try FileSQL.getEvenDeleted(db, job.fileID)?.durationSeconds
            )
        }
        guard let key else { throw ScriberrError(.mediaMissing, "The recording is gone.") }
        return (try await blobs.localCopy(of: key, onBytes: onBytes), seconds)
    }

    /// The finished transcript of a job; nil when there is none.
    package func transcript(of job: TranscriptionID) async throws -> (version: Int, content: [UInt8])? {
        try await database.read { try JobSQL.transcript($0, of: job) }.map { ($0.version, $0.content) }
    }
}
