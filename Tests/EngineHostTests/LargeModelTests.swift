import Foundation
import ScriberrCore
import ScriberrEngineWire
import Testing

/// Models as they are published, which are too large for a repository. `SCRIBERR_ENGINE_ITEST=1` asks for them,
/// `SCRIBERR_ENGINE_ITEST_CACHE_DIR` is a folder of models as `scriberr models pull` leaves it.
@Suite struct `Published models in the engine host` {
    /// Why the tests do not run; nil when they do.
    static let reason: String? = {
        let environment = ProcessInfo.processInfo.environment
        guard environment["SCRIBERR_ENGINE_ITEST"] == "1" else {
            return "SCRIBERR_ENGINE_ITEST is not 1: published models are not tried"
        }
        guard let folder = cache else { return "SCRIBERR_ENGINE_ITEST_CACHE_DIR names no folder of models" }
        return published(folder).isEmpty ? "SCRIBERR_ENGINE_ITEST_CACHE_DIR holds none of the models that are known" : nil
    }()

    static let cache: String? = {
        var isFolder: ObjCBool = false
        let path = ProcessInfo.processInfo.environment["SCRIBERR_ENGINE_ITEST_CACHE_DIR"] ?? ""
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue ? path : nil
    }()

    /// Known layouts: which files make up a model. A folder is taken for the first one whose files it has.
    private static let layouts: [(ModelFamily, [String: String])] = [
        (.nemoTransducer, ["encoder": "encoder.int8.onnx", "decoder": "decoder.int8.onnx", "joiner": "joiner.int8.onnx"]),
        (.canary, ["encoder": "encoder.int8.onnx", "decoder": "decoder.int8.onnx"]),
        (.moonshine, ["encoder": "encoder_model.ort", "merged_decoder": "decoder_model_merged.ort"]),
        (
            .moonshine,
            [
                "preprocessor": "preprocess.onnx", "encoder": "encode.int8.onnx", "uncached_decoder": "uncached_decode.int8.onnx",
                "cached_decoder": "cached_decode.int8.onnx",
            ]
        ),
    ]

    static func published(_ folder: String) -> [ModelFiles] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { model(folder + "/" + $0, named: $0) }
    }

    private static func model(_ folder: String, named name: String) -> ModelFiles? {
        func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: folder + "/" + file) }
        for (family, files) in layouts where files.values.allSatisfy(has) && has("tokens.txt") {
            let paths = files.merging(["tokens": "tokens.txt"]) { $1 }.mapValues { folder + "/" + $0 }
            return ModelFiles(id: name, family: family, files: paths)
        }
        let whisper = ["tiny", "tiny.en", "base", "base.en", "small", "small.en", "turbo"]
        guard let size = whisper.first(where: { has($0 + "-encoder.int8.onnx") && has($0 + "-tokens.txt") }) else { return nil }
        let files = ["encoder": "-encoder.int8.onnx", "decoder": "-decoder.int8.onnx", "tokens": "-tokens.txt"]
        return ModelFiles(id: name, family: .whisper, files: files.mapValues { folder + "/" + size + $0 })
    }

    @Test(.enabled(if: reason == nil, Comment(rawValue: reason ?? "")), arguments: cache.map(published) ?? [])
    func `hear the sample`(model: ModelFiles) async throws {
        let events = try await HostProcess.run { host, _ in
            try await host.perform(order(Folders.samples + "/welcome.wav", model: model))
        }
        #expect(events.failureCode == nil)
        let heard = Set(events.text.lowercased().split { !$0.isLetter }.map(String.init))
        let said = try String(contentsOfFile: Folders.samples + "/welcome.txt", encoding: .utf8)
            .lowercased().split { !$0.isLetter }.map(String.init)
        let found = said.filter(heard.contains)
        #expect(Double(found.count) >= 0.7 * Double(said.count), "\(events.text)")
        let words = events.pieces.flatMap(\.words)
        #expect(!words.isEmpty && zip(words, words.dropFirst()).allSatisfy { $0.start <= $0.end && $0.end <= $1.start })
    }
}
