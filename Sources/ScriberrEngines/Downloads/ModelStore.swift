package import AsyncHTTPClient
import Foundation
package import Logging
import ScriberrCore
package import ScriberrEngineWire

/// The models on disk: fetched, checked, installed, verified and removed.
///
/// A model is fetched by one task of one process at a time, whoever asks; the others wait and find it installed. It appears
/// under its name in one step, whole and checked, or not at all.
package struct ModelStore: Sendable {
    package let catalogue: ModelCatalogue
    let settings: EngineSettings
    let client: HTTPClient
    let limits: DownloadLimits
    let freeBytes: @Sendable (String) -> Int64?
    let reachability: Reachability
    private let logger: Logger

    /// A store for these folders.
    package init(
        settings: EngineSettings,
        client: HTTPClient = .downloads,
        logger: Logger = Logger(label: "scriberr.models")
    ) {
        self.init(settings: settings, client: client, limits: DownloadLimits(), logger: logger)
    }

    init(
        settings: EngineSettings,
        client: HTTPClient = .downloads,
        limits: DownloadLimits,
        known: [CatalogueModel] = KnownModels.all,
        freeBytes: @escaping @Sendable (String) -> Int64? = { ScriberrEngines.freeBytes(at: $0) },
        logger: Logger
    ) {
        self.settings = settings
        self.client = client
        self.limits = limits
        self.freeBytes = freeBytes
        self.logger = logger
        catalogue = ModelCatalogue(settings: settings, known: known)
        reachability = Reachability(client: client, limits: limits)
    }

    /// The model's files; fetches them when that is allowed. Throws `MODEL_UNAVAILABLE`, `DOWNLOAD_FAILED`, `STORAGE_FULL`.
    package func obtain(_ id: String, progress: @Sendable (PreparationProgress) async -> Void = { _ in }) async throws
        -> ModelFiles
    {
        let model = try known(id)
        if let files = catalogue.installedFiles(of: model) { return files }
        guard settings.autoDownload, !model.sources.isEmpty else { throw Self.notInstalled(id) }
        guard !model.sources.contains(where: { reachability.isSilent($0.url(mirror: settings.mirrorBaseURL)) }) else {
            throw ScriberrError(
                .downloadFailed,
                "The model could not be downloaded: its server did not answer a moment ago.",
                disposition: .transient
            )
        }
        return try await pull(id, progress: progress)
    }

    /// Fetches the model although automatic downloads may be off; returns at once when it is installed.
    package func pull(_ id: String, progress: @Sendable (PreparationProgress) async -> Void = { _ in }) async throws -> ModelFiles
    {
        let model = try known(id)
        if let files = catalogue.installedFiles(of: model) { return files }
        guard !model.sources.isEmpty else {
            throw ScriberrError(.modelUnavailable, "The model \(id) cannot be downloaded; it has to be installed by hand.")
        }
        let (events, feed) = AsyncStream.makeStream(of: PreparationProgress.self, bufferingPolicy: .bufferingNewest(1))
        async let files = install(model, feed)
        for await event in events { await progress(event) }
        return try await files
    }

    /// Whether ``obtain(_:progress:)`` has a fair chance now. Asks the server at most once in a few minutes.
    package func canObtain(_ id: String) async -> Bool {
        guard let model = catalogue.model(id) else { return false }
        if catalogue.isInstalled(model) { return true }
        guard settings.autoDownload, let source = model.sources.first else { return false }
        return await reachability.answers(source.url(mirror: settings.mirrorBaseURL))
    }

    /// Removes a model that was fetched. Throws `NOT_FOUND` when it is not there, `CONFLICT` when it is not ours to remove.
    package func remove(_ id: String) async throws {
        let model = try known(id)
        guard !model.sources.isEmpty else {
            throw ScriberrError(.conflict, "The model \(id) was not installed by Scriberr and is not removed by it.")
        }
        let workshop = try Workshop(settings: settings, model: model)
        let lock = try await workshop.lock()
        defer { lock.release() }
        workshop.removeParts()
        guard FileManager.default.fileExists(atPath: workshop.destination) else {
            throw ScriberrError(.notFound, "The model \(id) is not installed.")
        }
        try workshop.discardInstalled()
        logger.info("model removed", metadata: ["model": "\(id)"])
    }

    /// Reads all files of an installed model again. Throws `MODEL_UNAVAILABLE` when it is not installed.
    package func verify(_ id: String) async throws -> ModelVerification {
        let model = try known(id)
        guard let files = catalogue.installedFiles(of: model) else { throw Self.notInstalled(id) }
        return try await ModelVerification(of: model, files, record: InstallRecord(folder: catalogue.folder(of: model)))
    }

    private func install(_ model: CatalogueModel, _ feed: AsyncStream<PreparationProgress>.Continuation) async throws
        -> ModelFiles
    {
        defer { feed.finish() }
        let workshop = try Workshop(settings: settings, model: model)
        let lock = try await workshop.lock { feed.yield(.waiting) }
        defer { lock.release() }
        // Somebody else may have been faster.
        if let files = catalogue.installedFiles(of: model) { return files }
        let begin = ContinuousClock.now
        do {
            try await Installation(store: self, model: model, workshop: workshop, feed: feed).run()
        } catch {
            logger.warning("model download failed", metadata: ["model": "\(model.id)", "error": "\(error)"])
            throw error
        }
        let seconds = (ContinuousClock.now - begin).inSeconds
        logger.info("model installed", metadata: ["model": "\(model.id)", "seconds": "\(seconds)"])
        guard let files = catalogue.installedFiles(of: model) else { throw Self.notInstalled(model.id) }
        return files
    }

    private func known(_ id: String) throws -> CatalogueModel {
        guard let model = catalogue.model(id) else {
            let ids = catalogue.models.map(\.id).joined(separator: ", ")
            throw ScriberrError(.modelUnavailable, "The model \(id) is not known here. Models: \(ids).")
        }
        return model
    }

    static func notInstalled(_ id: String) -> ScriberrError {
        ScriberrError(.modelUnavailable, "The model \(id) is not installed. Install it with: scriberr models pull \(id)")
    }
}
