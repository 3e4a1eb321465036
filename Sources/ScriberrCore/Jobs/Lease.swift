/// The right to work on one job: the job and the number of the claim that gave it away.
///
/// Every write of a worker carries its lease and takes effect only while the row is `processing` under the same attempt.
/// Attempt numbers only grow, so a worker that lost its lease can never be mistaken for its successor.
public struct Lease: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The job.
    public let job: TranscriptionID
    /// The claim that this lease came from; 1 for the job's first.
    public let attempt: Int

    /// Makes a lease.
    public init(job: TranscriptionID, attempt: Int) {
        self.job = job
        self.attempt = attempt
    }

    /// `tr_…#2`
    public var description: String { "\(job)#\(attempt)" }
}

/// What a worker gets with a claim.
public struct ClaimedJob: Sendable, Hashable {
    /// The right to work on it.
    public var lease: Lease
    /// The row as the claim left it.
    public var job: Transcription
    /// The attempt's row.
    public var execution: ExecutionID

    /// Makes a claim's answer.
    public init(lease: Lease, job: Transcription, execution: ExecutionID) {
        self.lease = lease
        self.job = job
        self.execution = execution
    }
}

/// How an attempt ended, decided once and acted on once.
public enum AttemptOutcome: Sendable {
    /// With a result.
    case completed(JobResult)
    /// With an error; whether another attempt follows is the queue's decision.
    case failed(ScriberrError)
    /// With an error before any work was done, because what the job works on is out of reach for now: it is tried again, and no attempt
    /// is charged.
    case unready(ScriberrError)
    /// Because the job was canceled.
    case canceled
    /// Because this process stops; the job goes back to its place and no attempt is charged.
    case released
    /// Because the lease was lost; nothing may be written.
    case leaseLost
}

/// What a completed job leaves behind, written in the transaction that completes it.
public struct JobResult: Sendable, Hashable {
    /// The canonical transcript as JSON, ready to serve.
    public var transcript: [UInt8]
    /// The transcript's plain text, for full-text search.
    public var text: String
    /// What the engine heard, when it tells.
    public var detectedLanguage: String?
    /// What the reader should know.
    public var warnings: [JobWarning]
    /// What made it.
    public var engine: Transcript.EngineStamp
    /// Length of what was transcribed, in seconds.
    public var audioSeconds: Double?
    /// Set when the transcript replaces that of another, finished transcription.
    public var revision: Revision?

    /// Makes a result.
    public init(
        transcript: [UInt8],
        text: String,
        detectedLanguage: String? = nil,
        warnings: [JobWarning] = [],
        engine: Transcript.EngineStamp = .init(),
        audioSeconds: Double? = nil,
        revision: Revision? = nil
    ) {
        self.transcript = transcript
        self.text = text
        self.detectedLanguage = detectedLanguage
        self.warnings = warnings
        self.engine = engine
        self.audioSeconds = audioSeconds
        self.revision = revision
    }

    /// Which transcript is replaced. It must still have the version that the new one was made from.
    public struct Revision: Sendable, Hashable {
        /// The transcription that the transcript belongs to.
        public var target: TranscriptionID
        /// The version that was read.
        public var version: Int

        /// Makes a revision.
        public init(of target: TranscriptionID, version: Int) {
            self.target = target
            self.version = version
        }
    }
}
