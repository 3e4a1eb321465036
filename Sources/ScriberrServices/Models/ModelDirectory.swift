package import ScriberrCore
package import ScriberrEngines
import ScriberrStore

/// A model as clients see it.
package struct ModelListing: Sendable, Hashable {
    /// What its provider says about it.
    package var card: ModelCard
    /// Whether it is used where a request names none.
    package var isDefault: Bool
    /// How its download goes, or why it failed; nil when nobody asked for one.
    package var download: ModelDownload?

    package init(card: ModelCard, isDefault: Bool, download: ModelDownload? = nil) {
        self.card = card
        self.isDefault = isDefault
        self.download = download
    }

    package init(
        id: String,
        name: String,
        provider: String,
        installed: Bool,
        isDefault: Bool,
        capabilities: [String],
        languages: [String] = [],
        sizeBytes: Int64? = nil,
        licence: String? = nil,
        family: String = "",
        canBeDownloaded: Bool = false
    ) {
        let card = ModelCard(
            id: id,
            name: name,
            provider: provider,
            installed: installed,
            capabilities: capabilities,
            languages: languages,
            sizeBytes: sizeBytes,
            licence: licence,
            family: family,
            canBeDownloaded: canBeDownloaded
        )
        self.init(card: card, isDefault: isDefault)
    }

    package var id: String { card.id }
    package var name: String { card.name }
    package var provider: String { card.provider }
    package var installed: Bool { card.installed }
    package var capabilities: [String] { card.capabilities }
    package var languages: [String] { card.languages }
    package var sizeBytes: Int64? { card.sizeBytes }
    package var licence: String? { card.licence }
    package var attribution: String? { card.attribution }
    package var family: String { card.family }
    package var canBeDownloaded: Bool { card.canBeDownloaded }
    package var needsLanguage: Bool { card.needsLanguage }
    package var takesParts: Bool { card.takesParts }
}

/// A model on its way to this machine, or why it did not come.
package struct ModelDownload: Sendable, Hashable {
    package var isOver: Bool
    package var receivedBytes: Int64
    /// When the length is known.
    package var totalBytes: Int64?
    package var errorCode: ScriberrError.Code?
    package var errorMessage: String?

    /// `downloading` or `failed`.
    package var status: String { isOver ? "failed" : "downloading" }
}

extension ModelDownload {
    init(_ pull: ModelPull) {
        isOver = pull.status == .failed
        receivedBytes = pull.receivedBytes
        totalBytes = pull.totalBytes
        errorCode = pull.errorCode
        errorMessage = pull.errorMessage
    }
}

/// What reading an installed model again has shown.
package struct ModelCheck: Sendable {
    package var model: String
    package var isGood: Bool
    /// `good`, `changed` or `unrecorded`, by file name in order.
    package var files: [(name: String, state: String)]
}

/// What the services need of the engines: which models there are.
package protocol ModelDirectory: Sendable {
    /// Every model of every provider, transcription first. Throws when a provider cannot tell.
    func models() async throws -> [ModelListing]
}

/// What the services need of the models on the disk.
package protocol ModelDepot: Sendable {
    /// Fetches a model; returns at once when it is installed. Throws `MODEL_UNAVAILABLE`, `DOWNLOAD_FAILED`, `STORAGE_FULL`.
    func fetch(_ id: String, progress: @Sendable (PreparationProgress) async -> Void) async throws
    /// Removes a model that was fetched. Throws `NOT_FOUND` when it is not there, `CONFLICT` when it is not ours to remove.
    func remove(_ id: String) async throws
    /// Reads all files of an installed model again. Throws `MODEL_UNAVAILABLE` when it is not installed.
    func verify(_ id: String) async throws -> ModelVerification
}

extension ModelStore: ModelDepot {
    package func fetch(_ id: String, progress: @Sendable (PreparationProgress) async -> Void) async throws {
        _ = try await pull(id, progress: progress)
    }
}
