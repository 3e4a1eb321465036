import ScriberrEngineWire

/// The files that the engine host needs of each family, by role.
enum ModelRoles {
    /// Roles that must be there. Moonshine has two generations with different decoders: only what they share is asked for.
    static func required(_ family: ModelFamily) -> Set<String> {
        switch family {
        case .pocketsphinx: ["hmm", "lm", "dict"]
        case .whisper, .canary: ["encoder", "decoder", "tokens"]
        case .nemoTransducer, .zipformerTransducer: ["encoder", "decoder", "joiner", "tokens"]
        case .nemoCTC, .zipformerCTC, .senseVoice, .paraformer: ["model", "tokens"]
        case .moonshine: ["encoder", "tokens"]
        case .diarization: ["segmentation", "embedding"]
        }
    }
}
