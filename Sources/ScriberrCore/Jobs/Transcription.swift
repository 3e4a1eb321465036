/// A transcription job, as it stands in its row. The transcript itself is kept elsewhere and never read with it.
public struct Transcription: Hashable, Sendable {
    /// The job's identifier.
    public var id: TranscriptionID
    /// Who may see it.
    public var owner: UserID
    /// The recording.
    public var fileID: FileID
    /// The finished transcription whose speakers this job tells apart anew; nil for a job that transcribes.
    public var diarizes: TranscriptionID?
    /// The name people gave it.
    public var title: String
    /// Where it stands.
    public var status: JobStatus
    /// What was asked for.
    public var options: TranscriptionOptions
    /// Higher goes first.
    public var priority: Int
    /// When it took its place in the queue. Kept by releases, recoveries and retries.
    public var queuedAt: Timestamp
    /// Not to be claimed before this; later than ``queuedAt`` while a retry waits.
    public var runAfter: Timestamp
    /// How often it was claimed. Grows with each claim, never shrinks: the fence of every write of a worker.
    public var attempt: Int
    /// Attempts that failed for a reason that charges one.
    public var failures: Int
    /// Attempts that ended because their process died.
    public var crashes: Int
    /// The number of charged failures at which the job fails for good.
    public var maxAttempts: Int
    /// Who works on it, while processing.
    public var claimedBy: InstanceID?
    /// When the lease ends unless it is renewed, while processing.
    public var leaseExpiresAt: Timestamp?
    /// Set when somebody asked for it to stop; survives restarts.
    public var cancelRequestedAt: Timestamp?
    /// 0 to 1.
    public var progress: Double
    /// What it is doing.
    public var stage: JobStage
    /// What the reader of the result should know, one sentence each.
    public var warnings: [JobWarning]
    /// Why it failed; the last reason while a retry waits.
    public var errorCode: ScriberrError.Code?
    /// The sentence that goes with ``errorCode``, safe for clients.
    public var errorMessage: String?
    /// What the engine heard, when it tells.
    public var detectedLanguage: String?
    /// Length of the part to transcribe in seconds, when known.
    public var audioSeconds: Double?
    /// The provider and model that made the result, once known.
    public var engine: Transcript.EngineStamp
    /// When the row was made.
    public var createdAt: Timestamp
    /// When something a client can see last changed, other than progress.
    public var updatedAt: Timestamp
    /// When the present or last attempt started.
    public var startedAt: Timestamp?
    /// When it completed.
    public var completedAt: Timestamp?
    /// When it failed.
    public var failedAt: Timestamp?

    /// Makes a row that was just queued.
    public init(
        id: TranscriptionID,
        owner: UserID,
        fileID: FileID,
        diarizes: TranscriptionID? = nil,
        title: String,
        options: TranscriptionOptions,
        priority: Int = 0,
        maxAttempts: Int = 3,
        audioSeconds: Double? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.fileID = fileID
        self.diarizes = diarizes
        self.title = title
        self.status = .queued
        self.options = options
        self.priority = priority
        self.queuedAt = createdAt
        self.runAfter = createdAt
        self.attempt = 0
        self.failures = 0
        self.crashes = 0
        self.maxAttempts = maxAttempts
        self.progress = 0
        self.stage = .queued
        self.warnings = []
        self.audioSeconds = audioSeconds
        self.engine = Transcript.EngineStamp()
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }
}

/// Something that went less well than asked, without spoiling the result.
public struct JobWarning: Hashable, Codable, Sendable {
    /// A stable code such as `DIARIZATION_FAILED`, `NO_SPEECH` or `OFFLINE_FALLBACK`.
    public var code: String
    /// A sentence for people.
    public var message: String

    /// Makes a warning.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// One attempt at a job.
public struct Execution: Hashable, Sendable {
    /// The attempt's identifier.
    public var id: ExecutionID
    /// The job.
    public var job: TranscriptionID
    /// 1 for the first; equal to ``Transcription/attempt`` at the time of the claim.
    public var number: Int
    /// How it stands or ended.
    public var status: Status
    /// The provider's id; empty until known.
    public var provider: String
    /// The model; empty until known.
    public var model: String
    /// When it was claimed.
    public var startedAt: Timestamp
    /// When it ended with a result.
    public var completedAt: Timestamp?
    /// When it ended without one.
    public var failedAt: Timestamp?
    /// Why it ended without one.
    public var errorCode: ScriberrError.Code?
    /// The sentence that goes with ``errorCode``.
    public var errorMessage: String?

    /// Makes a row.
    public init(
        id: ExecutionID,
        job: TranscriptionID,
        number: Int,
        status: Status,
        provider: String = "",
        model: String = "",
        startedAt: Timestamp,
        completedAt: Timestamp? = nil,
        failedAt: Timestamp? = nil,
        errorCode: ScriberrError.Code? = nil,
        errorMessage: String? = nil
    ) {
        self.id = id
        self.job = job
        self.number = number
        self.status = status
        self.provider = provider
        self.model = model
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.failedAt = failedAt
        self.errorCode = errorCode
        self.errorMessage = errorMessage
    }

    /// How an attempt stands or ended.
    public enum Status: String, Codable, Sendable, CaseIterable {
        /// Running.
        case processing
        /// Ended with a result.
        case completed
        /// Ended with an error, whether or not another attempt follows.
        case failed
        /// Ended because the job was canceled.
        case canceled
        /// Ended because its process stopped, died or lost the lease.
        case interrupted
    }
}
