import Foundation
import ScriberrEngineWire
import Testing

/// The small models of `Tests/Fixtures/models`, trained by us on synthetic speech (`tools/fixture-models`). One acoustic
/// network in four layouts.
enum FixtureModels {
    static let folder = Folders.root + "/Tests/Fixtures/models/"

    static let nemoCTC = model(.nemoCTC, "nemo-ctc", ["model": "model.onnx"])
    static let zipformerCTC = model(.zipformerCTC, "zipformer-ctc", ["model": "model.onnx"])
    static let nemoTDT = model(
        .nemoTransducer,
        "nemo-tdt",
        ["encoder": "encoder.onnx", "decoder": "decoder.onnx", "joiner": "joiner.onnx"]
    )
    static let whisper = model(.whisper, "whisper", ["encoder": "encoder.onnx", "decoder": "decoder.onnx"])
    static let whisperAligned = model(
        .whisper,
        "whisper",
        ["encoder": "encoder.onnx", "decoder": "decoder-attention.onnx"],
        ["token_timestamps": "1"]
    )

    static let all = [nemoCTC, zipformerCTC, nemoTDT, whisper, whisperAligned]

    static let diarization = ModelFiles(
        id: "diarization",
        family: .diarization,
        files: ["segmentation": folder + "diarization/model.onnx", "embedding": folder + "diarization/embedding.onnx"],
        parameters: ["threshold": "0.7"]
    )

    private static func model(
        _ family: ModelFamily,
        _ name: String,
        _ files: [String: String],
        _ parameters: [String: String] = [:]
    ) -> ModelFiles {
        let paths = files.merging(["tokens": "tokens.txt"]) { $1 }.mapValues { folder + name + "/" + $0 }
        return ModelFiles(id: name, family: family, files: paths, parameters: parameters)
    }
}

/// `Tests/Fixtures/audio/sentences.flac` and what is said in it.
enum FixtureSentences {
    static let path = Folders.root + "/Tests/Fixtures/audio/sentences.flac"

    struct Sentence {
        var start: Double
        var end: Double
        var words: [String]
    }

    static func load() throws -> [Sentence] {
        let text = try String(contentsOfFile: Folders.root + "/Tests/Fixtures/audio/sentences.tsv", encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t")
            return Sentence(
                start: try #require(Double(fields[0])),
                end: try #require(Double(fields[1])),
                words: fields[2].split(separator: " ").map(String.init)
            )
        }
    }
}
