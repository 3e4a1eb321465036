import ScriberrCore
import ScriberrEngines

/// Tells the speakers of a recording apart: prepare, diarize.
struct SpeakerStep: Sendable {
    var audioPath: String
    var options: TranscriptionOptions
    var engines: ProviderRegistry
    /// The share of the whole work that this step is.
    var window: ClosedRange<Double>

    /// Who speaks when, and which model says so.
    struct Found: Sendable {
        var turns: [SpeakerTurn]
        var provider: String
        var model: String
    }

    /// Throws `MODEL_UNAVAILABLE` and whatever the engine or `reached` throws.
    func run(
        chose: @escaping @Sendable (ChosenModel) async throws -> Void = { _ in },
        download: @escaping @Sendable (PreparationProgress) async -> Void = { _ in },
        reached: @escaping @Sendable (JobStage, Double) async throws -> Void
    ) async throws -> Found {
        try await reached(.diarizing, window.lowerBound)
        let engine = try await engines.diarizer(requested: options.diarizationModel)
        try await chose(engine)
        try await engine.provider.prepare(model: engine.model, progress: download)
        let request = DiarizationRequest(
            audioPath: audioPath,
            model: engine.model,
            speakers: options.speakers,
            minSpeakers: options.minSpeakers,
            maxSpeakers: options.maxSpeakers,
            device: options.device,
            start: options.start,
            end: options.end
        )
        let span = window.upperBound - window.lowerBound
        let turns = try await engine.provider.diarize(request) { done in
            try await reached(.diarizing, window.lowerBound + span * min(max(done, 0), 1))
        }
        return Found(turns: turns, provider: engine.provider.id, model: engine.model)
    }
}
