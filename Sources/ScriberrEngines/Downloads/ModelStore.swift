import ScriberrCore
package import ScriberrEngineWire

/// The models on disk.
package struct ModelStore: Sendable {
    package let catalogue: ModelCatalogue
    private let settings: EngineSettings

    package init(settings: EngineSettings) {
        self.settings = settings
        catalogue = ModelCatalogue(settings: settings)
    }

    /// The model's files; fetches them when that is allowed.
    package func obtain(_ id: String, progress: @Sendable (PreparationProgress) async -> Void) async throws -> ModelFiles {
        guard let model = catalogue.model(id), let files = catalogue.installedFiles(of: model) else { throw Self.notInstalled(id) }
        return files
    }

    /// Whether ``obtain(_:progress:)`` has a fair chance now.
    package func canObtain(_ id: String) async -> Bool {
        catalogue.model(id).map(catalogue.isInstalled) ?? false
    }

    static func notInstalled(_ id: String) -> ScriberrError {
        ScriberrError(.modelUnavailable, "The model \(id) is not installed. Install it with: scriberr models pull \(id)")
    }
}
