import Foundation
package import Logging
package import ScriberrCore
package import ScriberrEngineWire
import Synchronization

/// Speech engines on this machine, each order in an engine host process of its own that is kept warm between orders.
package struct LocalProvider: Provider {
    /// `local`
    package static let providerID = "local"
    package var id: String { Self.providerID }

    private let settings: EngineSettings
    private let catalogue: ModelCatalogue
    private let store: ModelStore
    private let pool: HostPool
    private let logger: Logger

    /// Nothing is started before the first order.
    package init(
        settings: EngineSettings,
        store: ModelStore,
        logger: Logger = Logger(label: "scriberr.engines")
    ) {
        self.init(settings: settings, store: store, limits: HostLimits(), logger: logger)
    }

    init(settings: EngineSettings, store: ModelStore, limits: HostLimits, logger: Logger) {
        var limits = limits
        limits.memoryBytes = settings.memoryLimitBytes ?? limits.memoryBytes
        self.settings = settings
        self.store = store
        self.logger = logger
        catalogue = store.catalogue
        pool = HostPool(slots: settings.slots, idleTimeout: settings.idleTimeout) { [settings, limits] in
            let host = try await EngineHost.start(HostLaunch(settings: settings).launch(), limits: limits)
            logger.info("engine host started", metadata: ["pid": "\(host.processID)"])
            return host
        }
    }

    package func models() async throws -> [ModelCard] { catalogue.cards(provider: id) }

    /// Starts a host, checks that it speaks our version and has the device that the settings ask for, and tells its engines.
    /// Throws `ENGINE_UNAVAILABLE` with what is missing.
    package func check() async throws -> [EngineReport] {
        try await pool.withHost(model: "") { host, _ in
            _ = try deviceRules.device(requested: "auto", engines: host.engines)
            return host.engines
        }
    }

    package func prepare(model: String, progress: @Sendable (PreparationProgress) async -> Void) async throws {
        _ = try await store.obtain(model, progress: progress)
    }

    package func canPrepare(model: String) async -> Bool { await store.canObtain(model) }

    package func transcribe(
        _ request: TranscriptionRequest,
        onEvent: @Sendable (TranscriptionEvent) async throws -> Void
    ) async throws -> TranscriptionReport {
        try checkPart(request.start, request.end)
        let order = TranscribeOrder(
            order: UUID().uuidString,
            audioPath: request.audioPath,
            model: try files(of: request.model, for: "transcription"),
            vadModelPath: try catalogue.voiceActivityModelPath(),
            language: request.language,
            task: request.task,
            hotwords: request.hotwords,
            threads: request.threads > 0 ? request.threads : settings.threads,
            start: request.start,
            end: request.end,
            firstPiece: request.finishedPieces,
            resumeAt: request.resumeAt
        )
        let work = HostWork(order: order.order, firstPiece: order.firstPiece)
        let report = try await perform(work, model: order.model.id, device: request.device) { device in
            var order = order
            order.device = device
            return .transcribe(order)
        } onEvent: { event in
            if let event = TranscriptionEvent(event) { try await onEvent(event) }
        }
        return TranscriptionReport(report)
    }

    package func diarize(
        _ request: DiarizationRequest,
        onProgress: @Sendable (Double) async throws -> Void
    ) async throws -> [SpeakerTurn] {
        try checkPart(request.start, request.end)
        let order = DiarizeOrder(
            order: UUID().uuidString,
            audioPath: request.audioPath,
            model: try files(of: request.model, for: "diarization"),
            speakers: request.speakers,
            minSpeakers: request.minSpeakers,
            maxSpeakers: request.maxSpeakers,
            threads: request.threads > 0 ? request.threads : settings.threads,
            start: request.start,
            end: request.end
        )
        let found = FoundTurns(start: request.start ?? 0)
        let work = HostWork(order: order.order, isDiarization: true)
        _ = try await perform(work, model: order.model.id, device: request.device) { device in
            var order = order
            order.device = device
            return .diarize(order)
        } onEvent: { event in
            if let share = found.take(event) { try await onProgress(share) }
        }
        return found.sorted
    }

    package func close() async { await pool.close() }

    /// The processes that live now, for tests and diagnosis.
    package func processIDs() async -> [Int32] { await pool.processIDs }

    // MARK: Orders

    private func perform(
        _ work: HostWork,
        model: String,
        device: String,
        _ request: @Sendable (String) -> EngineRequest,
        onEvent: @Sendable (EngineEvent) async throws -> Void
    ) async throws -> OrderReport {
        let first = try await attempt(work, model, device, mustBeFresh: false, request, onEvent)
        guard case .lost = first.result else { return try first.get() }
        // A warm host that died between two orders is nobody's failure; a fresh one is.
        return try await attempt(work, model, device, mustBeFresh: true, request, onEvent).get()
    }

    private func attempt(
        _ work: HostWork,
        _ model: String,
        _ device: String,
        mustBeFresh: Bool,
        _ request: @Sendable (String) -> EngineRequest,
        _ onEvent: @Sendable (EngineEvent) async throws -> Void
    ) async throws -> OrderOutcome {
        try await pool.withHost(model: model, mustBeFresh: mustBeFresh) { host, isWarm in
            let device = try deviceRules.device(requested: device, engines: host.engines)
            let (ending, deliveryError) = await host.perform(request(device), as: work, deliver: onEvent)
            let outcome = OrderOutcome(ending, deliveryError, wasWarm: isWarm)
            if let error = outcome.failure {
                logger.warning("engine order failed", metadata: ["model": "\(model)", "error": "\(error)"])
            }
            return outcome
        }
    }

    /// A number that is not finite could not even be sent.
    private func checkPart(_ start: Double?, _ end: Double?) throws {
        let start = start ?? 0
        guard start.isFinite, start >= 0, end.map({ $0.isFinite && $0 > start }) ?? true else {
            throw ScriberrError(.validation, "The part must start at 0 or later and end after its start.", field: "options.start")
        }
    }

    private func files(of model: String, for capability: String) throws -> ModelFiles {
        guard let known = catalogue.model(model), known.capabilities.contains(capability) else {
            throw ScriberrError(.modelUnavailable, "The model \(model) is not known here.", field: "options.model")
        }
        guard let files = catalogue.installedFiles(of: known) else { throw ModelStore.notInstalled(model) }
        return files
    }

    private var deviceRules: DeviceRules { DeviceRules(setting: settings.device, nativeFolder: settings.nativeFolder) }
}
