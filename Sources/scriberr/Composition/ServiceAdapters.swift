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

    func outline(path: String, parts: Int) async throws -> WaveformOutline {
        let waveform = try await media.peaks(path, buckets: parts)
        func byte(_ sample: Float) -> Int8 { Int8(max(-127, min(127, (sample * 127).rounded()))) }
        return WaveformOutline(seconds: waveform.seconds, peaks: waveform.peaks.flatMap { [byte($0.low), byte($0.high)] })
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
