import ScriberrCore
import ScriberrEngines
import ScriberrTranscript

/// Gives a finished transcript new speakers. Text and words stay as they are.
struct SpeakerRun: Sendable {
    var step: SpeakerStep
    var transcript: Transcript

    /// Throws `CancellationError` when its task is canceled, ``ScriberrError`` when the engine fails, and whatever the sink throws.
    func run(_ sink: some RunSink) async throws -> (transcript: Transcript, engine: Transcript.EngineStamp) {
        try await sink.reached(.preparing, JobStage.preparing.startingProgress ?? 0)
        let found = try await step.run(
            chose: { try await sink.chose(provider: $0.provider.id, model: $0.model) },
            download: sink.announcesDownload,
            reached: { try await sink.reached($0, $1) }
        )
        try Task.checkCancellation()
        try await sink.reached(.merging, JobStage.merging.startingProgress ?? 0)
        var result = SpeakerMerge().merge(found.turns, into: transcript)
        result.engine.diarizationModel = found.model
        return (result, Transcript.EngineStamp(provider: found.provider, diarizationModel: found.model))
    }
}

extension RunSink {
    /// Tells the bytes of a download as progress of its stage.
    var announcesDownload: @Sendable (PreparationProgress) async -> Void {
        { event in
            let start = JobStage.downloadingModel.startingProgress ?? 0
            let end = JobStage.loadingModel.startingProgress ?? 0
            let share =
                switch event {
                case .downloading(let received, let total): total.map { $0 > 0 ? min(Double(received) / Double($0), 1) : 0 } ?? 0
                case .waiting: 0.0
                }
            // Progress is news, not work: a sink that has to stop says so again at the next step.
            try? await self.reached(.downloadingModel, start + (end - start) * share)
        }
    }
}
