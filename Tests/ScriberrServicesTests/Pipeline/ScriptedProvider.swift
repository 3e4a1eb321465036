import ScriberrCore
import ScriberrEngines
import ScriberrServices
import Synchronization

/// A provider that hears what it was told to hear. For tests only.
final class ScriptedProvider: Provider {
    let id = "local"
    private let pieces: [SpeechPiece]
    private let turns: Result<[SpeakerTurn], ScriberrError>
    private let failure: ScriberrError?
    private let installed: Set<String>
    private let isTruncated: Bool
    private let tellsForEver: Bool
    private let seen = Mutex<[TranscriptionRequest]>([])
    private let seenSpeakers = Mutex<[DiarizationRequest]>([])

    /// Hears `pieces`; with a `failure`, throws it after the last of them. With `tellsForEver`, telling speakers apart ends with its task.
    init(
        pieces: [SpeechPiece] = [],
        turns: Result<[SpeakerTurn], ScriberrError> = .success([]),
        failure: ScriberrError? = nil,
        installed: Set<String> = ["whisper-base", "pocketsphinx-en-us", "diarization-default"],
        isTruncated: Bool = false,
        tellsForEver: Bool = false
    ) {
        self.pieces = pieces
        self.turns = turns
        self.failure = failure
        self.installed = installed
        self.isTruncated = isTruncated
        self.tellsForEver = tellsForEver
    }

    /// What was asked for.
    var requests: [TranscriptionRequest] { seen.withLock { $0 } }

    /// Whose speakers were to be told apart.
    var speakerRequests: [DiarizationRequest] { seenSpeakers.withLock { $0 } }

    func models() async throws -> [ModelCard] {
        ["whisper-base", "pocketsphinx-en-us", "diarization-default"].map { id in
            let capabilities = id == "diarization-default" ? ["diarization"] : ["transcription", "word_timestamps"]
            let languages = id == "pocketsphinx-en-us" ? ["en"] : []
            return ModelCard(
                id: id,
                name: id,
                provider: self.id,
                installed: installed.contains(id),
                capabilities: capabilities,
                languages: languages
            )
        }
    }

    func canPrepare(model: String) async -> Bool { installed.contains(model) }

    func prepare(model: String, progress: @Sendable (PreparationProgress) async -> Void) async throws {
        guard installed.contains(model) else { throw ScriberrError(.modelUnavailable, "The model \(model) is not installed.") }
    }

    func transcribe(
        _ request: TranscriptionRequest,
        onEvent: @Sendable (TranscriptionEvent) async throws -> Void
    ) async throws -> TranscriptionReport {
        seen.withLock { $0.append(request) }
        try await onEvent(.loadingModel)
        try await onEvent(.started(audioSeconds: 100))
        for piece in pieces.dropFirst(request.finishedPieces) {
            try await onEvent(.piece(piece))
            try await onEvent(.position(piece.resumeAt))
        }
        if let failure { throw failure }
        return TranscriptionReport(audioSeconds: 100, speechSeconds: 50, isTruncated: isTruncated)
    }

    func diarize(_ request: DiarizationRequest, onProgress: @Sendable (Double) async throws -> Void) async throws -> [SpeakerTurn]
    {
        seenSpeakers.withLock { $0.append(request) }
        try await onProgress(0.5)
        // Until it is canceled.
        if tellsForEver { try await Task.sleep(for: .seconds(36_000)) }
        return try turns.get()
    }

    func close() async {}
}

/// A sink that remembers. For tests only.
actor RememberingSink: RunSink {
    private(set) var stages: [JobStage] = []
    private(set) var progress: [Double] = []
    private(set) var engine: (provider: String, model: String)?
    private(set) var kept: [String: [SpeechPiece]]
    private let refusing: Set<JobStage>
    let isOutOfTime: Bool

    /// Has `kept` from an earlier attempt; throws when the run reaches a stage of `refusing`.
    init(kept: [String: [SpeechPiece]] = [:], refusing: Set<JobStage> = [], isOutOfTime: Bool = false) {
        self.kept = kept
        self.refusing = refusing
        self.isOutOfTime = isOutOfTime
    }

    func chose(provider: String, model: String) async throws { engine = (provider, model) }

    func reached(_ stage: JobStage, _ fraction: Double) async throws {
        if refusing.contains(stage) { throw CancellationError() }
        if stages.last != stage { stages.append(stage) }
        progress.append(fraction)
    }

    func finishedPieces(fingerprint: String) async throws -> [SpeechPiece] { kept[fingerprint] ?? [] }

    func finished(_ piece: SpeechPiece, fingerprint: String) async throws { kept[fingerprint, default: []].append(piece) }
}
