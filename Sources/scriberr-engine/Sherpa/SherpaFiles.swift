import Foundation
import ScriberrCore
import ScriberrEngineWire

/// A recognizer's files after they have been looked at: what the library would end the process over is refused here.
struct SherpaFiles: Sendable {
    let model: ModelFiles
    let family: Family
    /// Languages that can be asked for; empty when any may be named or none matters.
    let languages: [String]
    let tokensPath: String

    init(_ model: ModelFiles) throws {
        guard let family = Family.of(model) else {
            throw ScriberrError(.engineUnavailable, "This engine cannot read the model '\(model.id)'.")
        }
        var files: [String: ONNXFile] = [:]
        for role in family.models { files[role] = try Self.open(role, of: model) }
        for (role, file) in files {
            if let fault = MetadataCheck.fault(in: file, keys: family.metadata[role] ?? []) {
                throw ModelFileCheck.damaged(role, model.id, detail: fault)
            }
        }
        if let (role, fault) = try FeatureCheck.fault(in: files, of: model) ?? RoleCheck.fault(in: files, of: model) {
            throw ModelFileCheck.damaged(role, model.id, detail: fault)
        }
        tokensPath = try ModelFileCheck.file("tokens", of: model)
        let tokens: TokenTable
        do {
            tokens = try TokenTable(path: tokensPath)
        } catch {
            throw ModelFileCheck.damaged("tokens", model.id, detail: error.reason)
        }
        if let wanted = Self.tokensNeeded(files, model.family),
            tokens.count < wanted || family.tokensExact && tokens.count > wanted
        {
            throw ModelFileCheck.damaged("tokens", model.id, detail: "\(tokens.count) tokens instead of \(wanted)")
        }
        let unknown = family.tokens.filter { !tokens.contains($0) }
        guard unknown.isEmpty else {
            throw ModelFileCheck.damaged("tokens", model.id, detail: "without \(unknown.joined(separator: ", "))")
        }
        self.model = model
        self.family = family
        languages = Self.languages(files, model)
    }

    /// Opens one ONNX file; nil for the ORT format, which says nothing about itself that we could read.
    private static func open(_ role: String, of model: ModelFiles) throws -> ONNXFile? {
        let path = try ModelFileCheck.onnx(role, of: model)
        if ModelFileCheck.isORT(path) { return nil }
        do {
            return try ONNXFile(path: path)
        } catch {
            throw ModelFileCheck.damaged(role, model.id, detail: "not a whole ONNX file")
        }
    }

    /// How many tokens the network can bring up; a shorter list would end the process in the middle of a recording.
    private static func tokensNeeded(_ files: [String: ONNXFile], _ family: ModelFamily) -> Int? {
        switch family {
        case .nemoCTC: files["model"]?.number("vocab_size").map { $0 + 1 }
        case .nemoTransducer: files["encoder"]?.number("vocab_size").map { $0 + 1 }
        case .zipformerTransducer: files["decoder"]?.number("vocab_size")
        case .zipformerCTC: files["model"]?.lastDimensions.first ?? nil
        case .senseVoice, .paraformer: files["model"]?.number("vocab_size")
        // Special tokens have no text and are not listed; text ends before the first of them.
        case .whisper: files["encoder"]?.number("eot")
        case .canary: files["encoder"]?.number("vocab_size")
        case .moonshine: files["uncached_decoder"]?.lastDimensions.first ?? nil
        case .pocketsphinx, .diarization: nil
        }
    }

    private static func languages(_ files: [String: ONNXFile], _ model: ModelFiles) -> [String] {
        switch model.family {
        case .whisper:
            files["encoder"]?.number("is_multilingual") == 0
                ? ["en"]
                : (files["encoder"]?.metadata["all_language_codes"] ?? "en").split(separator: ",").map(String.init)
        case .senseVoice: ["zh", "en", "ja", "ko", "yue"]
        case .canary: ["en", "es", "de", "fr"]
        default: (model.parameters["languages"] ?? "").split(separator: ",").map(String.init)
        }
    }
}
