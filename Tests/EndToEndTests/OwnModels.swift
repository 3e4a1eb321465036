import Foundation

/// Our fixture models as models of a user's own: folders with cards.
enum OwnModels {
    static func fixture(_ path: String) -> String {
        ServerProcess.repository.appendingPathComponent("Tests/Fixtures/" + path).path
    }

    /// Makes a folder with `own-nemo-ctc` and `own-diarization`, for `SPEECH_ENGINE_MODELS_DIR`.
    static func make(in folder: String) throws -> String {
        let models = folder + "/own"
        let cards = [
            "nemo-ctc": #""family":"nemo_ctc","languages":["en"],"files":{"model":"model.onnx","tokens":"tokens.txt"}"#,
            "diarization": #""family":"diarization","files":{"segmentation":"model.onnx","embedding":"embedding.onnx"},"#
                + #""parameters":{"threshold":"0.7"}"#,
        ]
        try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
        for (name, card) in cards {
            try FileManager.default.copyItem(atPath: fixture("models/" + name), toPath: models + "/" + name)
            let json = #"{"id":"own-\#(name)","licence":"ours",\#(card)}"#
            try json.write(toFile: models + "/\(name)/model.json", atomically: true, encoding: .utf8)
        }
        return models
    }
}
