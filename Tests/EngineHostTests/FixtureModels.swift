import Foundation
import ScriberrEngineWire
import Testing

/// The small models of `Tests/Fixtures/models`, trained by us on synthetic speech (`tools/fixture-models`). One acoustic
/// network in the layout of every family.
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

    static let zipformerTransducer = model(
        .zipformerTransducer,
        "zipformer-transducer",
        ["encoder": "encoder.onnx", "decoder": "decoder.onnx", "joiner": "joiner.onnx"]
    )
    static let moonshine = model(
        .moonshine,
        "moonshine",
        [
            "preprocessor": "preprocessor.onnx", "encoder": "encoder.onnx", "uncached_decoder": "uncached_decoder.onnx",
            "cached_decoder": "cached_decoder.onnx",
        ]
    )
    /// Falls into a loop in any text of more than twelve tokens.
    static let moonshineLooping: ModelFiles = {
        var model = moonshine
        model.files["cached_decoder"] = folder + "moonshine/cached_decoder-looping.onnx"
        return model
    }()
    static let moonshineMerged = model(
        .moonshine,
        "moonshine-merged",
        ["encoder": "encoder.ort", "merged_decoder": "decoder.ort"]
    )
    static let senseVoice = model(.senseVoice, "sense-voice", ["model": "model.onnx"])
    static let canary = model(.canary, "canary", ["encoder": "encoder.onnx", "decoder": "decoder.onnx"])
    static let paraformer = model(.paraformer, "paraformer", ["model": "model.onnx"])

    static let all = [
        nemoCTC, zipformerCTC, nemoTDT, whisper, whisperAligned, zipformerTransducer, moonshine, moonshineMerged, senseVoice,
        canary,
        paraformer,
    ]

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

extension ModelFiles {
    /// Whether the fixture ends what it hears with a full stop.
    var punctuates: Bool { family == .senseVoice || family == .canary }
    var tellsConfidence: Bool { family == .nemoTransducer || family == .zipformerTransducer }
    var tellsLanguage: Bool { family == .whisper || family == .senseVoice }
}

/// `Tests/Fixtures/audio/sentences.flac` and what is said in it.
enum FixtureSentences {
    static let path = Folders.root + "/Tests/Fixtures/audio/sentences.flac"

    struct Sentence {
        var start: Double
        var end: Double
        var words: [String]
    }

    /// The words of the pieces that the sentences are heard in: the second and the third are joined over their short pause.
    static func pieces(_ sentences: [Sentence]) -> [[String]] {
        let words = sentences.map(\.words)
        return [words[0], words[1] + words[2], words[3], words[4]]
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

extension ModelFiles: CustomTestStringConvertible {
    /// The name, and what is special about it.
    public var testDescription: String { id + parameters.keys.sorted().map { " " + $0 }.joined() }
}
