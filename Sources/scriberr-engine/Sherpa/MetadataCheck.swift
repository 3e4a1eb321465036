/// What a model says about itself must be there and make sense: the library takes text for the number 0, divides by it, and
/// reads as many numbers from a list as it expects.
enum MetadataCheck {
    /// Keys whose values are whole numbers above zero.
    private static let counts: Set<String> = [
        "vocab_size", "subsampling_factor", "pred_rnn_layers", "pred_hidden", "context_size", "lfr_window_size",
        "lfr_window_shift",
        "num_speakers", "powerset_max_classes", "num_classes", "window_size", "receptive_field_size", "receptive_field_shift",
        "output_dim", "feat_dim", "n_mels", "n_text_layer", "n_text_ctx", "n_text_state", "n_vocab",
    ]
    /// Keys whose values are numbers of tokens or switches.
    private static let numbers: Set<String> = [
        "sot", "eot", "blank_id", "translate", "transcribe", "is_multilingual", "no_timestamps", "no_speech", "normalize_samples",
        "with_itn", "without_itn", "lang_auto", "lang_zh", "lang_en", "lang_ja", "lang_ko", "lang_yue",
    ]
    /// Larger ones are no model's, and would have the library ask for all memory there is.
    private static let countMax = 10_000_000

    /// What is wrong, for the log; nil when nothing is.
    static func fault(in file: ONNXFile, keys: [String]) -> String? {
        let missing = keys.filter { file.metadata[$0] == nil }
        guard missing.isEmpty else { return "without metadata \(missing.joined(separator: ", "))" }
        for key in keys {
            if counts.contains(key), !(1...countMax).contains(file.number(key) ?? 0) { return "wrong metadata \(key)" }
            if numbers.contains(key), !(0...countMax).contains(file.number(key) ?? -1) { return "wrong metadata \(key)" }
            if key == "neg_mean" || key == "inv_stddev", !isList(file.metadata[key] ?? "", of: stackedBins(file)) {
                return "wrong metadata \(key)"
            }
        }
        return nil
    }

    /// How many numbers a frame has of a model that is fed stacks of frames.
    private static func stackedBins(_ file: ONNXFile) -> Int { (file.number("lfr_window_size") ?? 0) * FeatureCheck.bins }

    private static func isList(_ text: String, of count: Int) -> Bool {
        let values = text.split(separator: ",")
        return values.count == count && values.allSatisfy { Float($0.drop { $0 == " " })?.isFinite == true }
    }
}
