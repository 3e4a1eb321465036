package import ScriberrCore
package import ScriberrStore

/// The body of a create or submit request.
package struct NewTranscription: Sendable {
    /// Empty means the file's title.
    package var title: String?
    /// `profile_…`, `default`, or nil for the default profile if there is one.
    package var profileID: String?
    package var options: OptionsPatch

    package init(title: String? = nil, profileID: String? = nil, options: OptionsPatch = OptionsPatch()) {
        self.title = title
        self.profileID = profileID
        self.options = options
    }
}

/// What the rest of the house does once a change of jobs is durable.
package struct JobSignals: Sendable {
    /// A job waits.
    package var queued: @Sendable () -> Void
    /// A running job should stop: asked to, or deleted.
    package var stop: @Sendable (Lease) -> Void

    package init(queued: @escaping @Sendable () -> Void = {}, stop: @escaping @Sendable (Lease) -> Void = { _ in }) {
        self.queued = queued
        self.stop = stop
    }
}

/// The transcript of a job, as far as there is one.
package struct TranscriptAnswer: Sendable {
    /// How the job stands.
    package var status: JobStatus
    /// Whether the job still runs and this is what it has heard so far.
    package var isPartial: Bool
    /// `{"transcription_id","status","partial","text","language","segments","words","engine"}` as JSON, ready to send.
    package var body: [UInt8]

    package init(status: JobStatus, isPartial: Bool, body: [UInt8]) {
        self.status = status
        self.isPartial = isPartial
        self.body = body
    }
}

/// How many jobs stand where.
package struct QueueStats: Sendable, Hashable {
    package var queued = 0
    package var processing = 0
    package var completed = 0
    package var failed = 0
    package var canceled = 0
    /// Jobs that run in this process.
    package var running = 0

    package init() {}
}

/// Where a waiting job stands in line.
package struct QueuePlace: Sendable, Hashable {
    /// 1 for the next.
    package var position: Int
    /// Seconds until it starts, when past jobs allow a guess.
    package var estimatedSeconds: Double?

    package init(position: Int, estimatedSeconds: Double?) {
        self.position = position
        self.estimatedSeconds = estimatedSeconds
    }
}

/// Jobs and their results.
package struct TranscriptionService: Sendable {
    package init(
        database: any Database,
        blobs: any BlobStore,
        library: LibraryService,
        models: ModelService,
        signals: JobSignals,
        clock: any WallClock
    ) {}

    /// Queues a job for a file. Checks in the order of the contract: `VALIDATION_ERROR` for an empty `file_id`, the options
    /// and `profile_id`, then `NOT_FOUND` for the file, `CONFLICT` (`file_id`) for one that is not ready.
    package func create(_ owner: UserID, fileID: String, _ request: NewTranscription) async throws -> Transcription { throw NotYet() }

    /// Checks what can be checked before an upload ends, so that a bad request costs no storage.
    package func check(_ owner: UserID, _ request: NewTranscription) async throws { throw NotYet() }

    /// Makes a file of an upload and queues a job for it, in one transaction. The upload is used up or aborted.
    package func submit(_ upload: Upload, _ request: NewTranscription) async throws -> Transcription { throw NotYet() }

    /// Throws `NOT_FOUND`.
    package func get(_ owner: UserID, _ id: TranscriptionID) async throws -> Transcription { throw NotYet() }

    /// One page of the owner's jobs; transcripts are not read.
    package func list(_ owner: UserID, _ query: TranscriptionListQuery) async throws -> Page<Transcription> { throw NotYet() }

    /// Throws `NOT_FOUND`, or `VALIDATION_ERROR` with field `title`.
    package func rename(_ owner: UserID, _ id: TranscriptionID, title: String) async throws -> Transcription { throw NotYet() }

    /// Stops the job if it runs and removes all of it; its recording too when nothing else needs it. Throws `NOT_FOUND`.
    package func delete(_ owner: UserID, _ id: TranscriptionID) async throws { throw NotYet() }

    /// Asks for a job to stop. A waiting job ends at once, a running one within moments; a second call changes nothing.
    /// Throws `NOT_FOUND`, or `CONFLICT` when the job has ended.
    package func cancel(_ owner: UserID, _ id: TranscriptionID) async throws -> Transcription { throw NotYet() }

    /// Queues a new job with what the old one was created with, changed by `options`. Throws `NOT_FOUND`, or `CONFLICT`
    /// while the old one waits or runs.
    package func retry(_ owner: UserID, _ id: TranscriptionID, options: OptionsPatch = OptionsPatch()) async throws -> Transcription {
        throw NotYet()
    }

    /// The transcript; of a running job what it has heard so far; else empty. Throws `NOT_FOUND`.
    package func transcript(_ owner: UserID, _ id: TranscriptionID) async throws -> TranscriptAnswer { throw NotYet() }

    /// The transcript of a completed job as values, for exports. Throws `NOT_FOUND`, or `CONFLICT` while there is none.
    package func finishedTranscript(_ owner: UserID, _ id: TranscriptionID) async throws -> Transcript { throw NotYet() }

    /// Every attempt, newest first. Throws `NOT_FOUND`.
    package func executions(_ owner: UserID, _ id: TranscriptionID) async throws -> [Execution] { throw NotYet() }

    /// The attempts as plain text. Throws `NOT_FOUND`.
    package func logs(_ owner: UserID, _ id: TranscriptionID) async throws -> String { throw NotYet() }

    /// Opens the recording of a job. Throws `NOT_FOUND`.
    package func audio(_ owner: UserID, _ id: TranscriptionID) async throws -> OpenedAudio { throw NotYet() }

    /// The owner's jobs by state; of all owners when `owner` is nil, for admins.
    package func queueStats(_ owner: UserID?) async throws -> QueueStats { throw NotYet() }

    /// Where the job stands in line; nil unless it waits. Throws `NOT_FOUND`.
    package func place(_ owner: UserID, _ id: TranscriptionID) async throws -> QueuePlace? { throw NotYet() }
}
