import ScriberrCore
import ScriberrEngines
import ScriberrMedia
import ScriberrServices

/// ffprobe as the library wants it.
struct LibraryProbe: MediaProbe {
    let media: MediaTools

    func probe(path: String) async throws -> ProbedMedia {
        let found = try await media.probe(path)
        return ProbedMedia(mimeType: found.mimeType, durationSeconds: found.durationSeconds, hasVideo: found.hasVideo)
    }
}

/// The engines' models as the services want them.
struct EngineDirectory: ModelDirectory {
    let registry: ProviderRegistry

    func models() async throws -> [ModelListing] {
        let defaults: Set<String> = [ModelCatalogue.defaultModel, ModelCatalogue.defaultDiarizationModel]
        return try await registry.models().map { card in
            ModelListing(card: card, isDefault: defaults.contains(card.id))
        }
    }
}
