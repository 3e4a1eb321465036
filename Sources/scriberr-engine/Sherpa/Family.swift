import ScriberrCore
import ScriberrEngineWire

/// What sets one kind of sherpa-onnx model apart from another (engine library 2.0, offline recognizers).
struct Family: Sendable {
    /// Files that are ONNX models, by role.
    var models: [String]
    var rules: PieceRules
    /// Keys without which the library ends the process, by role.
    var metadata: [String: [String]] = [:]
    /// Tokens that the library looks up by name; without one of them it ends the process, sooner or later.
    var tokens: [String] = []
    /// Whether more tokens than the network knows end the process too.
    var tokensExact = false
    /// Whether it can translate to English.
    var translates = false
    /// Whether hotwords can be given.
    var takesHotwords = false
    /// Whether it makes up text in loops, as attention decoders do.
    var loops = false
    /// Shorter pieces get silence behind them.
    var minSeconds = 1.0

    /// The family of a model; nil for what is no recognizer of this library.
    static func of(_ model: ModelFiles) -> Family? {
        switch model.family {
        case .whisper: whisper
        case .nemoTransducer: nemoTransducer
        case .nemoCTC: nemoCTC
        case .zipformerCTC: zipformerCTC
        case .zipformerTransducer: zipformerTransducer
        case .moonshine: model.files["merged_decoder"] == nil ? moonshine : moonshineMerged
        case .senseVoice: senseVoice
        case .canary: canary
        case .paraformer: paraformer
        case .pocketsphinx, .diarization: nil
        }
    }

    /// Hears 30 s at a time and costs the same for less, so short stretches are joined. 29.5 s is its end.
    private static let whisper = Family(
        models: ["encoder", "decoder"],
        rules: PieceRules(joinedMax: 24, joinGapMax: 1.5, softMax: 20, hardMax: 28),
        metadata: [
            "encoder": [
                "n_mels", "n_text_layer", "n_text_ctx", "n_text_state", "n_vocab", "sot", "eot", "blank_id", "translate",
                "transcribe", "is_multilingual", "no_timestamps", "no_speech", "sot_sequence",
            ]
        ],
        translates: true,
        loops: true,
        // It writes at most six tokens a second of audio, time marks included: too few for a quick short answer.
        minSeconds: 3
    )

    /// Parakeet: its position table ends at 400 s, its memory grows with length long before.
    private static let nemoTransducer = Family(
        models: ["encoder", "decoder", "joiner"],
        rules: PieceRules(joinedMax: 20, joinGapMax: 0.8, softMax: 25, hardMax: 40),
        metadata: ["encoder": ["vocab_size", "subsampling_factor", "normalize_type", "pred_rnn_layers", "pred_hidden"]],
        tokens: ["<blk>"],
        takesHotwords: true
    )

    private static let nemoCTC = Family(
        models: ["model"],
        rules: PieceRules(joinedMax: 20, joinGapMax: 0.8, softMax: 25, hardMax: 40),
        metadata: ["model": ["vocab_size", "subsampling_factor", "normalize_type"]],
        tokens: ["<blk>"]
    )

    private static let zipformerCTC = Family(
        models: ["model"],
        rules: PieceRules(joinedMax: 15, joinGapMax: 0.8, softMax: 20, hardMax: 30),
        tokens: ["<blk>"]
    )

    private static let zipformerTransducer = Family(
        models: ["encoder", "decoder", "joiner"],
        rules: PieceRules(joinedMax: 15, joinGapMax: 0.8, softMax: 20, hardMax: 30),
        metadata: ["decoder": ["vocab_size", "context_size"]],
        tokens: ["<blk>"],
        takesHotwords: true
    )

    private static let moonshine = Family(
        models: ["preprocessor", "encoder", "uncached_decoder", "cached_decoder"],
        rules: PieceRules(joinedMax: 12, joinGapMax: 0.8, softMax: 15, hardMax: 25),
        loops: true
    )

    private static let moonshineMerged = Family(
        models: ["encoder", "merged_decoder"],
        rules: moonshine.rules,
        loops: true
    )

    private static let senseVoice = Family(
        models: ["model"],
        rules: PieceRules(joinedMax: 15, joinGapMax: 0.8, softMax: 20, hardMax: 28),
        metadata: [
            "model": [
                "vocab_size", "lfr_window_size", "lfr_window_shift", "normalize_samples", "with_itn", "without_itn", "lang_auto",
                "lang_zh", "lang_en", "lang_ja", "lang_ko", "lang_yue", "neg_mean", "inv_stddev",
            ]
        ]
    )

    private static let canary = Family(
        models: ["encoder", "decoder"],
        rules: PieceRules(joinedMax: 20, joinGapMax: 0.8, softMax: 25, hardMax: 38),
        metadata: ["encoder": ["model_type", "vocab_size", "normalize_type", "subsampling_factor", "feat_dim"]],
        tokens: [
            "<|startofcontext|>", "<|startoftranscript|>", "<|emo:undefined|>", "<|en|>", "<|es|>", "<|de|>", "<|fr|>", "<|pnc|>",
            "<|nopnc|>", "<|noitn|>", "<|notimestamp|>", "<|nodiarize|>", "<|endoftext|>",
        ],
        tokensExact: true,
        translates: true,
        loops: true
    )

    private static let paraformer = Family(
        models: ["model"],
        rules: PieceRules(joinedMax: 15, joinGapMax: 0.8, softMax: 20, hardMax: 30),
        metadata: ["model": ["vocab_size", "lfr_window_size", "lfr_window_shift", "neg_mean", "inv_stddev"]],
        tokens: ["</s>"]
    )
}
