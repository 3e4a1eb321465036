import ScriberrCore
import ScriberrEngines
import ScriberrServices
import ScriberrStore

/// This machine's models and those that only workers on other machines have.
struct SharedDirectory: ModelDirectory {
    let own: EngineDirectory
    let database: any Database
    let deadAfter: Duration

    func models() async throws -> [ModelListing] {
        let since = Timestamp.now - deadAfter
        let offered = try await database.read { try InstanceSQL.offeredModels($0, seenSince: since) }
        var models = try await own.models()
        for index in models.indices where offered.contains(models[index].id) { models[index].card.installed = true }
        let known = Set(models.map(\.id))
        models += offered.subtracting(known).sorted().map { id in
            // What it can do is known where it lies; the worker that runs it will tell.
            ModelListing(
                id: id,
                name: id,
                provider: "worker",
                installed: true,
                isDefault: false,
                capabilities: ["transcription", "translation", "hotwords"]
            )
        }
        return models
    }
}
