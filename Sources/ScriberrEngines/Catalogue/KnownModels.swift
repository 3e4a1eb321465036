import ScriberrEngineWire

/// The models that we know by name. Sizes and hashes as published; the release tags are rolling, so a pinned hash that no longer
/// fits fails the download rather than installing something else.
enum KnownModels {
    static let all: [CatalogueModel] =
        whisper + distilled + parakeet + [canary] + moonshine + [senseVoice, pocketSphinx, diarization]

    static let whisper: [CatalogueModel] = [
        whisper(
            "whisper-tiny",
            "Whisper Tiny",
            "tiny",
            sha256: "c46116994e539aa165266d96b325252728429c12535eb9d8b6a2b10f129e66b1"
        ),
        whisper(
            "whisper-tiny-en",
            "Whisper Tiny English",
            "tiny.en",
            sha256: "2bd6cf965c8bb3e068ef9fa2191387ee63a9dfa2a4e37582a8109641c20005dd"
        ),
        whisper(
            "whisper-base",
            "Whisper Base",
            "base",
            sha256: "911b2083efd7c0dca2ac3b358b75222660dc09fb716d64fbfc417ba6c99ff3de"
        ),
        whisper(
            "whisper-base-en",
            "Whisper Base English",
            "base.en",
            sha256: "475bc7052ce299c007f6d5d5407ba8601f819a2867f6eecee510ed17df581542"
        ),
        whisper(
            "whisper-small",
            "Whisper Small",
            "small",
            size: 639_387_718,
            sha256: "486a46afbb7ba798507190ffe02fea2dd726049af212e774537efac6afb210a6"
        ),
        whisper(
            "whisper-small-en",
            "Whisper Small English",
            "small.en",
            sha256: "0cdba2b8aaab69e04847f3427cc9709574112e67913a1a84b7fec3a8729faa9a"
        ),
        whisper(
            "whisper-medium",
            "Whisper Medium",
            "medium",
            sha256: "614b1172557049069d846c29d9399640bce83a4dd6c580decebd9ce2a4f32c33"
        ),
        whisper(
            "whisper-medium-en",
            "Whisper Medium English",
            "medium.en",
            sha256: "73d95c169a410b5f23a79f8901374b26e0a16a09ea7f02b5e1db983f4cdfdd67"
        ),
        whisper(
            "whisper-large-v3",
            "Whisper Large v3",
            "large-v3",
            sha256: "2d0e134b3b5fc4a0533baf24a0c9d473b629aa47f030af0a165a05f461df7a03"
        ),
        // The turbo model was not trained to translate.
        whisper(
            "whisper-turbo",
            "Whisper Large v3 Turbo",
            "turbo",
            size: 563_790_207,
            sha256: "b11acbbcd660b44a8e0df33724feb5aaa709cf65668f2823d59f656312544f22",
            translates: false
        ),
    ]

    static let distilled: [CatalogueModel] = [
        whisper("distil-small-en", "Distil-Whisper Small English", "distil-small.en"),
        whisper("distil-medium-en", "Distil-Whisper Medium English", "distil-medium.en"),
        whisper(
            "distil-large-v3.5",
            "Distil-Whisper Large v3.5",
            "distil-large-v3.5",
            sha256: "ec874c7346d24ef8063e05430ede616d66d80a410360283099d0bdf659187b1d",
            languages: ["en"]
        ),
    ]

    static let parakeet: [CatalogueModel] = [
        transducer(
            "parakeet-v2",
            "NVIDIA Parakeet TDT v2",
            "sherpa-onnx-nemo-parakeet-tdt-0.6b-v2-int8",
            size: 482_468_385,
            sha256: "157c157bc51155e03e37d2466522a3a737dd9c72bb25f36eb18912964161e1ad",
            languages: ["en"]
        ),
        transducer(
            "parakeet-v3",
            "NVIDIA Parakeet TDT v3",
            "sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8",
            size: 487_170_055,
            sha256: "5793d0fd397c5778d2cf2126994d58e9d56b1be7c04d13c7a15bb1b4eafb16bf",
            languages: Languages.european
        ),
        CatalogueModel(
            id: "parakeet-ctc-110m",
            name: "NVIDIA Parakeet CTC 110M",
            family: .nemoCTC,
            languages: ["en"],
            capabilities: ["transcription", "word_timestamps"],
            licence: "CC-BY-4.0",
            attribution: "NVIDIA NeMo",
            sources: [
                archive(
                    "sherpa-onnx-nemo-parakeet_tdt_ctc_110m-en-36000-int8",
                    sha256: "17f945007b52ccd8b7200ffc7c5652e9e8e961dfdf479cefcabd06cf5703630b",
                    members: ["model.int8.onnx", "tokens.txt"]
                )
            ],
            files: ["model": "model.int8.onnx", "tokens": "tokens.txt"]
        ),
    ]

    static let canary = CatalogueModel(
        id: "canary-180m",
        name: "NVIDIA NeMo Canary 180m",
        family: .canary,
        languages: ["en", "es", "de", "fr"],
        capabilities: ["transcription", "word_timestamps", "translation"],
        licence: "CC-BY-4.0",
        attribution: "NVIDIA NeMo",
        sources: [
            archive(
                "sherpa-onnx-nemo-canary-180m-flash-en-es-de-fr-int8",
                size: 153_692_328,
                sha256: "7a38ed8b13f014ad632b09ff8d22e0c6f1359dd046af9235d281dfae841b9ab9",
                members: ["encoder.int8.onnx", "decoder.int8.onnx", "tokens.txt"]
            )
        ],
        files: ["encoder": "encoder.int8.onnx", "decoder": "decoder.int8.onnx", "tokens": "tokens.txt"]
    )

    /// English only: the other languages' licence forbids commercial use.
    static let moonshine: [CatalogueModel] = [
        moonshine(
            "moonshine-tiny-en",
            "Moonshine Tiny English",
            "sherpa-onnx-moonshine-tiny-en-quantized-2026-02-27",
            sha256: "9ec31b342d8fa3240c3b81b8f82e1cf7e3ac467c93ca5a999b741d5887164f8d"
        ),
        moonshine(
            "moonshine-base-en",
            "Moonshine Base English",
            "sherpa-onnx-moonshine-base-en-quantized-2026-02-27",
            sha256: "43232c1d13013d37317163baec3135bd771a186a4356f28c889bab453bb0e891"
        ),
    ]

    static let senseVoice = CatalogueModel(
        id: "sense-voice",
        name: "SenseVoice Small",
        family: .senseVoice,
        languages: ["zh", "en", "ja", "ko", "yue"],
        capabilities: ["transcription", "word_timestamps", "language_detection"],
        licence: "FunASR Model Licence",
        attribution: "FunAudioLLM SenseVoice",
        sources: [
            archive(
                "sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2024-07-17",
                members: ["model.int8.onnx", "tokens.txt"]
            )
        ],
        files: ["model": "model.int8.onnx", "tokens": "tokens.txt"]
    )

    /// Installed by Debian's package `pocketsphinx-en-us`; works without any download.
    static let pocketSphinx = CatalogueModel(
        id: "pocketsphinx-en-us",
        name: "PocketSphinx English (offline)",
        family: .pocketsphinx,
        languages: ["en"],
        capabilities: ["transcription", "word_timestamps"],
        licence: "BSD-2-Clause",
        sources: [],
        files: ["hmm": "en-us", "lm": "en-us.lm.bin", "dict": "cmudict-en-us.dict"]
    )

    static let diarization = CatalogueModel(
        id: "diarization-default",
        name: "Pyannote + TitaNet Diarization",
        family: .diarization,
        languages: [],
        capabilities: ["diarization"],
        licence: "MIT and CC-BY-4.0",
        attribution: "pyannote segmentation 3.0; NVIDIA NeMo TitaNet",
        sources: [
            ModelSource(
                tag: "speaker-segmentation-models",
                file: "sherpa-onnx-pyannote-segmentation-3-0.tar.bz2",
                sizeBytes: 6_958_444,
                sha256: "24615ee884c897d9d2ba09bb4d30da6bb1b15e685065962db5b02e76e4996488",
                members: ["model.onnx"]
            ),
            // The tag is misspelt where it was published.
            ModelSource(
                tag: "speaker-recongition-models",
                file: "nemo_en_titanet_small.onnx",
                sizeBytes: 40_257_283,
                sha256: "ad4a1802485d8b34c722d2a9d04249662f2ece5d28a7a039063ca22f515a789e",
                members: ["nemo_en_titanet_small.onnx"]
            ),
        ],
        files: ["segmentation": "model.onnx", "embedding": "nemo_en_titanet_small.onnx"]
    )
}

extension KnownModels {
    private static func archive(
        _ name: String,
        size: Int64? = nil,
        sha256: String? = nil,
        members: [String]
    ) -> ModelSource {
        ModelSource(tag: "asr-models", file: "\(name).tar.bz2", sizeBytes: size, sha256: sha256, members: members)
    }

    /// A Whisper model; the 8-bit files are enough, although most archives hold the large ones too.
    private static func whisper(
        _ id: String,
        _ name: String,
        _ variant: String,
        size: Int64? = nil,
        sha256: String? = nil,
        languages: [String]? = nil,
        translates: Bool = true
    ) -> CatalogueModel {
        let languages = languages ?? (variant.hasSuffix(".en") ? ["en"] : Languages.whisper)
        let files = [
            "encoder": "\(variant)-encoder.int8.onnx", "decoder": "\(variant)-decoder.int8.onnx",
            "tokens": "\(variant)-tokens.txt",
        ]
        var capabilities = ["transcription", "word_timestamps"]
        if languages.count > 1 { capabilities += (translates ? ["translation"] : []) + ["language_detection"] }
        return CatalogueModel(
            id: id,
            name: name,
            family: .whisper,
            languages: languages,
            capabilities: capabilities,
            licence: "MIT",
            sources: [
                archive("sherpa-onnx-whisper-\(variant)", size: size, sha256: sha256, members: files.values.sorted())
            ],
            files: files
        )
    }

    private static func transducer(
        _ id: String,
        _ name: String,
        _ archiveName: String,
        size: Int64,
        sha256: String,
        languages: [String]
    ) -> CatalogueModel {
        let files = [
            "encoder": "encoder.int8.onnx", "decoder": "decoder.int8.onnx", "joiner": "joiner.int8.onnx", "tokens": "tokens.txt",
        ]
        return CatalogueModel(
            id: id,
            name: name,
            family: .nemoTransducer,
            languages: languages,
            capabilities: ["transcription", "word_timestamps", "hotwords"],
            licence: "CC-BY-4.0",
            attribution: "NVIDIA NeMo",
            sources: [archive(archiveName, size: size, sha256: sha256, members: files.values.sorted())],
            files: files
        )
    }

    private static func moonshine(_ id: String, _ name: String, _ archiveName: String, sha256: String) -> CatalogueModel {
        let files = ["encoder": "encoder_model.ort", "merged_decoder": "decoder_model_merged.ort", "tokens": "tokens.txt"]
        return CatalogueModel(
            id: id,
            name: name,
            family: .moonshine,
            languages: ["en"],
            capabilities: ["transcription"],
            licence: "MIT",
            sources: [archive(archiveName, sha256: sha256, members: files.values.sorted())],
            files: files
        )
    }
}
