import CSherpaOnnx
import Foundation
import ScriberrCore
import ScriberrEngineWire

/// The library's configuration of a recognizer, and the C strings it points to.
final class SherpaConfiguration {
    private(set) var config = SherpaOnnxOfflineRecognizerConfig()
    private var strings: [UnsafeMutablePointer<CChar>] = []

    /// `vocabulary` is the file of word pieces that hotwords are looked up in.
    init(files: SherpaFiles, options: SherpaOptions, threads: Int, vocabulary: String?) {
        config.feat_config.sample_rate = Int32(sampleRate)
        config.feat_config.feature_dim = Int32(files.model.parameters["feature_dim"].flatMap(Int.init) ?? 80)
        config.model_config.tokens = text(files.tokensPath)
        config.model_config.num_threads = Int32(threads)
        config.model_config.provider = text(options.device)
        config.decoding_method = text("greedy_search")
        if let vocabulary {
            config.decoding_method = text("modified_beam_search")
            config.max_active_paths = 4
            config.hotwords_score = 1.5
            config.model_config.modeling_unit = text("bpe")
            config.model_config.bpe_vocab = text(vocabulary)
        }
        fill(files, options)
    }

    deinit { strings.forEach { free($0) } }

    private func fill(_ files: SherpaFiles, _ options: SherpaOptions) {
        let file = { (role: String) in self.text(files.model.files[role]) }
        switch files.model.family {
        case .whisper:
            config.model_config.whisper.encoder = file("encoder")
            config.model_config.whisper.decoder = file("decoder")
            config.model_config.whisper.language = text(files.languages == ["en"] ? "en" : options.language ?? "")
            config.model_config.whisper.task = text(options.task.rawValue)
            config.model_config.whisper.tail_paddings = Int32(files.model.parameters["tail_paddings"].flatMap(Int.init) ?? -1)
            config.model_config.whisper.enable_segment_timestamps = 1
            // Only exports with attention outputs have them; others print a warning and go on without.
            config.model_config.whisper.enable_token_timestamps = files.model.parameters["token_timestamps"] == "1" ? 1 : 0
        case .nemoTransducer, .zipformerTransducer:
            config.model_config.transducer.encoder = file("encoder")
            config.model_config.transducer.decoder = file("decoder")
            config.model_config.transducer.joiner = file("joiner")
            config.model_config.model_type = text(
                files.model.family == .nemoTransducer ? "nemo_transducer" : "transducer"
            )
        case .nemoCTC: config.model_config.nemo_ctc.model = file("model")
        case .zipformerCTC: config.model_config.zipformer_ctc.model = file("model")
        case .moonshine:
            config.model_config.moonshine.encoder = file("encoder")
            config.model_config.moonshine.preprocessor = file("preprocessor")
            config.model_config.moonshine.uncached_decoder = file("uncached_decoder")
            config.model_config.moonshine.cached_decoder = file("cached_decoder")
            config.model_config.moonshine.merged_decoder = file("merged_decoder")
        case .senseVoice:
            config.model_config.sense_voice.model = file("model")
            config.model_config.sense_voice.language = text(options.language ?? "auto")
            config.model_config.sense_voice.use_itn = 1
        case .canary:
            config.model_config.canary.encoder = file("encoder")
            config.model_config.canary.decoder = file("decoder")
            config.model_config.canary.src_lang = text(options.language ?? "en")
            config.model_config.canary.tgt_lang = text(options.task == .translate ? "en" : options.language ?? "en")
            config.model_config.canary.use_pnc = 1
        case .paraformer: config.model_config.paraformer.model = file("model")
        case .pocketsphinx, .diarization: preconditionFailure("SherpaFiles has refused families that are not ours.")
        }
    }

    private func text(_ value: String?) -> UnsafePointer<CChar>? {
        guard let value, let copy = strdup(value) else { return nil }
        strings.append(copy)
        return UnsafePointer(copy)
    }
}
