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
    /// Whether the run was stopped for nothing but taking too long: what is finished is still wanted, at once.
    var isOutOfTime: Bool { get async }
}

extension RunSink {
    /// A run without limits.
    package var isOutOfTime: Bool { get async { false } }
}
