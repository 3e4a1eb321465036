import ScriberrEngineWire

/// Whether a network takes the features that it would be fed. ONNX Runtime throws over others in the middle of decoding,
/// and for most families nothing catches that.
enum FeatureCheck {
    /// Bins of the usual features.
    static let bins = 80

    /// The role of a file that takes other features and what is wrong with it, for the log; nil when nothing is.
    static func fault(in files: [String: ONNXFile], of model: ModelFiles) -> (role: String, fault: String)? {
        guard let (role, axis) = place(model.family), let file = files[role], let shape = file.inputDimensions.first,
            !shape.isEmpty
        else { return nil }
        let expected = expected(file, model)
        guard shape.count == 3 else { return (role, "features with \(shape.count) axes") }
        // With an open axis the other one tells: a fixed number of frames that is the number of bins is the wrong way round.
        let isSwapped = shape[axis] == nil && shape[3 - axis] == expected
        guard shape[axis] ?? expected == expected, !isSwapped else { return (role, "takes other features") }
        return nil
    }

    /// The file that takes the features, and which of its first input's axes they are.
    private static func place(_ family: ModelFamily) -> (role: String, axis: Int)? {
        switch family {
        case .whisper, .nemoTransducer: ("encoder", 1)
        case .nemoCTC: ("model", 1)
        case .zipformerTransducer, .canary: ("encoder", 2)
        case .zipformerCTC, .senseVoice, .paraformer: ("model", 2)
        // These take samples, or are none of the library's recognizers.
        case .moonshine, .pocketsphinx, .diarization: nil
        }
    }

    private static func expected(_ file: ONNXFile, _ model: ModelFiles) -> Int {
        let asked = model.parameters["feature_dim"].flatMap { Int($0) }
        switch model.family {
        case .whisper: return file.number("n_mels") ?? bins
        case .nemoTransducer, .canary: return file.number("feat_dim") ?? asked ?? bins
        case .senseVoice, .paraformer: return (file.number("lfr_window_size") ?? 1) * bins
        case .nemoCTC: return file.number("is_giga_am") == 1 ? 64 : asked ?? bins
        default: return asked ?? bins
        }
    }
}
