/// Where a job stands. `queued → processing → completed | failed | canceled`, and `processing → queued` when the work was
/// released, recovered or is to be tried again. A terminal state never changes.
public enum JobStatus: String, Codable, Sendable, CaseIterable {
    /// Waiting for a worker. Put there at creation, by a release, a recovery or a retry; taken out by a claim or a cancel.
    case queued
    /// Owned by one worker under a lease. Put there by a claim only.
    case processing
    /// Finished with a transcript. Terminal.
    case completed
    /// Finished without one. Terminal.
    case failed
    /// Given up on request. Terminal.
    case canceled

    /// Whether the job has ended for good.
    public var isTerminal: Bool {
        switch self {
        case .queued, .processing: false
        case .completed, .failed, .canceled: true
        }
    }

    /// Whether the state machine has an arrow from this state to `next`.
    public func canBecome(_ next: JobStatus) -> Bool {
        switch (self, next) {
        case (.queued, .processing), (.queued, .canceled), (.processing, _): true
        // A queued job fails only when it is quarantined before another claim.
        case (.queued, .failed): true
        default: false
        }
    }
}

/// What a job is doing within its state, as clients see it in `progress_stage`.
public enum JobStage: String, Codable, Sendable, CaseIterable {
    /// Waiting.
    case queued
    /// Looking at the recording and at what the engine needs.
    case preparing
    /// A model is being fetched.
    case downloadingModel = "downloading_model"
    /// A model is being read into memory.
    case loadingModel = "loading_model"
    /// Words are being written; ``Transcription/progress`` moves with the audio position.
    case transcribing
    /// Speakers are being told apart.
    case diarizing
    /// Words and speakers are being joined.
    case merging
    /// The result is being stored.
    case saving
    /// Done.
    case completed
    /// Ended without a result.
    case failed
    /// Given up on request.
    case canceled
    /// Taken back from a worker that stopped or died; waiting again at its old place.
    case recovered
    /// Waiting for another attempt after a failure.
    case retrying

    /// The progress at which this stage starts, 0 to 1; nil where progress stays what it was.
    public var startingProgress: Double? {
        switch self {
        case .queued, .recovered, .retrying: 0
        case .preparing: 0.05
        case .downloadingModel: 0.10
        case .loadingModel: 0.15
        case .transcribing: 0.20
        case .diarizing: 0.70
        case .merging: 0.85
        case .saving: 0.95
        case .completed: 1
        case .failed, .canceled: nil
        }
    }
}
