import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

@testable import ScriberrEngines

struct ModelCatalogueTests {
    private func write(_ text: String, _ path: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func catalogue(_ folder: String, extra: [String] = []) -> ModelCatalogue {
        ModelCatalogue(
            settings: EngineSettings(
                cacheFolder: "\(folder)/cache",
                modelFolders: extra,
                nativeFolder: "\(folder)/native",
                hostPath: "/nowhere",
                pocketSphinxFolder: "\(folder)/pocketsphinx"
            )
        )
    }

    @Test func `a model is installed when all of its files are there and none is empty`() async throws {
        try await withTemporaryFolder { folder in
            let catalogue = catalogue(folder)
            let model = try #require(catalogue.model("whisper-tiny"))
            try write("x", "\(folder)/cache/whisper-tiny/tiny-encoder.int8.onnx")
            try write("x", "\(folder)/cache/whisper-tiny/tiny-decoder.int8.onnx")
            #expect(!catalogue.isInstalled(model))
            try write("", "\(folder)/cache/whisper-tiny/tiny-tokens.txt")
            #expect(!catalogue.isInstalled(model))
            try write("x", "\(folder)/cache/whisper-tiny/tiny-tokens.txt")
            let files = try #require(catalogue.installedFiles(of: model))
            #expect(files.files["tokens"] == "\(folder)/cache/whisper-tiny/tiny-tokens.txt")
        }
    }

    @Test func `a further folder of models is used too`() async throws {
        try await withTemporaryFolder { folder in
            for name in ["model.int8.onnx", "tokens.txt"] { try write("x", "\(folder)/usb/sense-voice/\(name)") }
            let catalogue = catalogue(folder, extra: ["\(folder)/usb"])
            #expect(catalogue.cards(provider: "local").first { $0.id == "sense-voice" }?.installed == true)
        }
    }

    @Test func `PocketSphinx lies where Debian puts it`() async throws {
        try await withTemporaryFolder { folder in
            for name in ["en-us/mdef", "en-us.lm.bin", "cmudict-en-us.dict"] { try write("x", "\(folder)/pocketsphinx/\(name)") }
            let catalogue = catalogue(folder)
            let model = try #require(catalogue.model("pocketsphinx-en-us"))
            #expect(catalogue.installedFiles(of: model)?.files["hmm"] == "\(folder)/pocketsphinx/en-us")
        }
    }

    @Test func `a user's model is found by its card`() async throws {
        try await withTemporaryFolder { folder in
            let card = #"{"id":"mine","family":"nemo_ctc","files":{"model":"m.onnx","tokens":"t.txt"},"languages":["de"]}"#
            try write(card, "\(folder)/cache/some folder/model.json")
            try write("x", "\(folder)/cache/some folder/m.onnx")
            let catalogue = catalogue(folder)
            #expect(catalogue.cards(provider: "local").last.map { [$0.id, "\($0.installed)"] } == ["mine", "false"])
            try write("x", "\(folder)/cache/some folder/t.txt")
            #expect(catalogue.cards(provider: "local").last?.installed == true)
        }
    }

    @Test(arguments: [
        #"{"id":"whisper-base","family":"nemo_ctc","files":{"model":"m","tokens":"t"}}"#,
        #"{"id":"Bad Name","family":"nemo_ctc","files":{"model":"m","tokens":"t"}}"#,
        #"{"id":"up","family":"nemo_ctc","files":{"model":"../m","tokens":"t"}}"#,
        #"{"id":"away","family":"nemo_ctc","files":{"model":"/etc/passwd","tokens":"t"}}"#,
        #"{"id":"half","family":"nemo_ctc","files":{"model":"m"}}"#,
        #"{"id":"odd","family":"telepathy","files":{}}"#,
        "not json",
    ])
    func `a bad card is passed over and told`(card: String) async throws {
        try await withTemporaryFolder { folder in
            try write(card, "\(folder)/x/model.json")
            let found = UserModels(folders: [folder])
            #expect(found.all.isEmpty)
            #expect(found.problems.count == 1)
        }
    }
}
