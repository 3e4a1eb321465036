package import ScriberrCore
import ScriberrEngines
package import ScriberrStore

/// The models, whether options fit them, and how they come to this machine.
package struct ModelService: Sendable {
    private let directory: any ModelDirectory
    private let database: any Database
    private let depot: any ModelDepot
    private let pulls: ModelPulls

    package init(directory: any ModelDirectory, database: any Database, depot: any ModelDepot, pulls: ModelPulls) {
        self.directory = directory
        self.database = database
        self.depot = depot
        self.pulls = pulls
    }

    /// Every model; those with all of `capabilities`, if any are named.
    package func list(capabilities: [String] = []) async throws -> [ModelListing] {
        let downloads = try await database.read { try ModelPullSQL.all($0) }
        return try await directory.models().filter { Set($0.capabilities).isSuperset(of: capabilities) }.map { model in
            var model = model
            model.download = downloads.first { $0.model == model.id }.map(ModelDownload.init)
            return model
        }
    }

    /// Throws `NOT_FOUND`.
    package func get(_ id: String) async throws -> ModelListing {
        guard let model = try await list().first(where: { $0.id == id }) else {
            throw ScriberrError(.notFound, "There is no such model.")
        }
        return model
    }

    /// Starts fetching a model, or joins whoever does, and answers how it stands. Throws `NOT_FOUND`, or `CONFLICT` for a model
    /// that cannot be downloaded.
    package func pull(_ id: String) async throws -> ModelListing {
        let model = try await get(id)
        if model.installed { return model }
        guard model.canBeDownloaded else {
            throw ScriberrError(.conflict, "This model cannot be downloaded; it has to be installed by hand.")
        }
        try await pulls.start(id)
        return try await get(id)
    }

    /// Removes a model that was downloaded, or stops its download. Throws `NOT_FOUND`, or `CONFLICT` when it is not ours to
    /// remove.
    package func remove(_ id: String) async throws {
        let model = try await get(id)
        guard model.canBeDownloaded else {
            throw ScriberrError(.conflict, "This model was not installed by Scriberr and is not removed by it.")
        }
        try await pulls.remove(id)
    }

    /// Reads the files of an installed model again. Throws `NOT_FOUND`, or `CONFLICT` when it is not installed here.
    package func verify(_ id: String) async throws -> ModelCheck {
        let model = try await get(id)
        guard model.installed, model.provider == LocalProvider.providerID else {
            throw ScriberrError(.conflict, "This model is not installed on this machine.")
        }
        let found = try await depot.verify(id)
        let files = found.files.sorted { $0.key < $1.key }.map { (name: $0.key, state: $0.value.rawValue) }
        return ModelCheck(model: id, isGood: found.isGood, files: files)
    }

    /// Throws `VALIDATION_ERROR` with field `options.…` for what the model cannot do or no model knows.
    package func validate(_ options: TranscriptionOptions) async throws {
        try await rules().check(options)
    }

    /// Like ``validate(_:)``, for what is said about speakers alone.
    package func validateSpeakers(_ options: TranscriptionOptions) async throws {
        try await rules().checkSpeakers(options)
    }

    private func rules() async throws -> OptionRules {
        let models = try await directory.models()
        let usual = models.first { $0.isDefault && $0.capabilities.contains("transcription") }
        return OptionRules(cards: models.map(\.card), defaultModel: usual?.id ?? ModelCatalogue.defaultModel)
    }
}
