import ScriberrCore
import ScriberrEngineWire

/// The two models of a diarization after they have been looked at.
struct DiarizerFiles: Sendable {
    let model: ModelFiles
    let segmentation: String
    let embedding: String

    static let segmentationKeys = [
        "num_speakers", "powerset_max_classes", "num_classes", "sample_rate", "window_size", "receptive_field_size",
        "receptive_field_shift",
    ]
    static let embeddingKeys = ["framework", "language", "sample_rate", "output_dim"]
    /// With another one the library makes a handle that crashes when it is used.
    private static let frameworks = ["wespeaker", "3d-speaker", "nemo"]

    init(_ model: ModelFiles) throws {
        guard model.family == .diarization else {
            throw ScriberrError(.engineUnavailable, "The model '\(model.id)' does not tell speakers apart.")
        }
        self.model = model
        segmentation = try ModelFileCheck.onnx("segmentation", of: model)
        embedding = try ModelFileCheck.onnx("embedding", of: model)
        _ = try Self.check("segmentation", segmentation, keys: Self.segmentationKeys, model.id)
        let found = try Self.check("embedding", embedding, keys: Self.embeddingKeys, model.id)
        guard Self.frameworks.contains(found.metadata["framework"] ?? "") else {
            throw ModelFileCheck.damaged("embedding", model.id, detail: "unknown framework")
        }
    }

    private static func check(_ role: String, _ path: String, keys: [String], _ model: String) throws -> ONNXFile {
        let file: ONNXFile
        do {
            file = try ONNXFile(path: path)
        } catch {
            throw ModelFileCheck.damaged(role, model, detail: "not a whole ONNX file")
        }
        if let fault = MetadataCheck.fault(in: file, keys: keys) {
            throw ModelFileCheck.damaged(role, model, detail: fault)
        }
        guard file.number("sample_rate") == sampleRate else {
            throw ModelFileCheck.damaged(role, model, detail: "not for \(sampleRate) Hz")
        }
        return file
    }
}
