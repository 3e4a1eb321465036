package import ScriberrCore
package import ScriberrEngines

/// Where a run tells how far it is and keeps what is finished. What it throws stops the run.
package protocol RunSink: Sendable {
    /// Which provider and model the run uses.
    func chose(provider: String, model: String) async throws
    /// What the run is doing and how far it is, 0 to 1.
    func reached(_ stage: JobStage, _ progress: Double) async throws
    /// Pieces an earlier attempt finished under the same fingerprint, from 0 without gaps.
    func finishedPieces(fingerprint: String) async throws -> [SpeechPiece]
    /// A piece is finished.
    func finished(_ piece: SpeechPiece, fingerprint: String) async throws
}

/// Finds the engine for a job.
package protocol EngineDesk: Sendable {
    /// The provider and model for a request; a named model is never replaced by another.
    /// Throws `MODEL_UNAVAILABLE`, `ENGINE_UNAVAILABLE`.
    func transcriber(requested: String?, language: String?) async throws -> ChosenEngine
    /// The provider and model that tell speakers apart. Throws `MODEL_UNAVAILABLE`.
    func diarizer() async throws -> ChosenEngine
}

/// A provider and one of its models.
package struct ChosenEngine: Sendable {
    package var provider: any Provider
    package var model: String
    /// Set when the choice is not what the request would have liked.
    package var warning: JobWarning?

    package init(provider: any Provider, model: String, warning: JobWarning? = nil) {
        self.provider = provider
        self.model = model
        self.warning = warning
    }
}
