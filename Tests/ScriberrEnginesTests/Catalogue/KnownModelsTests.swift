import Foundation
import ScriberrEngineWire
import Testing

@testable import ScriberrEngines

struct KnownModelsTests {
    private static let order = [
        "transcription", "word_timestamps", "diarization", "translation", "language_detection", "hotwords",
    ]

    @Test func `ids are unique and the models of the contract are there`() {
        let ids = KnownModels.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        let contract = [
            "whisper-base", "diarization-default", "whisper-tiny", "whisper-tiny-en", "whisper-base-en", "whisper-small",
            "whisper-small-en", "parakeet-v2", "parakeet-v3", "canary-180m", "pocketsphinx-en-us",
        ]
        #expect(Set(contract).isSubset(of: ids))
        #expect(ids.contains(ModelCatalogue.defaultModel) && ids.contains(ModelCatalogue.offlineModel))
    }

    @Test(arguments: KnownModels.all)
    func `an entry is complete`(model: CatalogueModel) {
        #expect(ModelRoles.required(model.family).isSubset(of: model.files.keys))
        #expect(!model.name.isEmpty && !model.licence.isEmpty)
        #expect(model.licence != "CC-BY-4.0" || model.attribution != nil)
        #expect(model.capabilities == Self.order.filter(model.capabilities.contains), "capabilities in their fixed order")
        #expect(model.capabilities.contains("transcription") != model.capabilities.contains("diarization"))
        #expect(Set(model.languages).count == model.languages.count)
    }

    @Test(arguments: KnownModels.all.filter { !$0.sources.isEmpty })
    func `every file comes from exactly one source`(model: CatalogueModel) {
        let members = model.sources.flatMap(\.members)
        #expect(members.sorted() == model.files.values.sorted())
        for source in model.sources where !source.isArchive { #expect(source.members == [source.file]) }
    }

    @Test(arguments: KnownModels.all.flatMap(\.sources))
    func `hashes and sizes are well formed`(source: ModelSource) {
        if let hash = source.sha256 {
            #expect(hash.count == 64 && hash.allSatisfy { "0123456789abcdef".contains($0) })
        }
        #expect(source.sizeBytes.map { $0 > 1_000_000 } ?? true)
        #expect(source.url(mirror: nil).hasPrefix("https://"))
        #expect(source.url(mirror: "http://mirror/x/") == "http://mirror/x/\(source.tag)/\(source.file)")
    }

    @Test func `the documentation names every model`() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = tests.deletingLastPathComponent().appendingPathComponent("docs/models.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for model in KnownModels.all { #expect(text.contains("| `\(model.id)` | \(model.family.rawValue) |")) }
    }

    @Test func `whisper knows 99 languages, its English models one`() {
        #expect(KnownModels.all.first { $0.id == "whisper-base" }?.languages.count == 99)
        #expect(KnownModels.all.first { $0.id == "whisper-base-en" }?.languages == ["en"])
    }
}
