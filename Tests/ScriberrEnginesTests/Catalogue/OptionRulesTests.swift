import ScriberrCore
import Testing

@testable import ScriberrEngines

struct OptionRulesTests {
    private let rules = OptionRules(
        cards: ModelCatalogue(settings: EngineSettings(cacheFolder: "/nowhere", nativeFolder: "", hostPath: ""))
            .cards(provider: "local")
    )

    private func field(_ options: TranscriptionOptions) -> String? {
        do {
            try rules.check(options)
            return nil
        } catch {
            let error = error as? ScriberrError
            #expect(error?.code == .validation)
            return error?.field
        }
    }

    @Test func `options that fit pass`() {
        #expect(field(TranscriptionOptions()) == nil)
        #expect(field(TranscriptionOptions(model: "whisper-base", language: "de", task: .translate)) == nil)
        #expect(field(TranscriptionOptions(model: "parakeet-v3", language: "de", hotwords: ["Scriberr", "Zürich"])) == nil)
        // The longest that a job may name.
        #expect(field(TranscriptionOptions(model: "parakeet-v3", hotwords: [String(repeating: "語", count: 100)])) == nil)
        #expect(field(TranscriptionOptions(diarization: true, minSpeakers: 2, maxSpeakers: 2)) == nil)
        #expect(field(TranscriptionOptions(diarization: true, diarizationModel: "diarization-default")) == nil)
        #expect(field(TranscriptionOptions(model: "canary-180m", language: "fr", task: .translate)) == nil)
        #expect(field(TranscriptionOptions(model: "sense-voice", language: "yue", start: 1, end: 2)) == nil)
    }

    @Test(arguments: [
        (TranscriptionOptions(model: "large"), "options.model"),
        (TranscriptionOptions(model: "diarization-default"), "options.model"),
        (TranscriptionOptions(model: "whisper-base-en", language: "de"), "options.language"),
        (TranscriptionOptions(language: "xx"), "options.language"),
        (TranscriptionOptions(model: "whisper-base-en", task: .translate), "options.task"),
        (TranscriptionOptions(model: "whisper-turbo", task: .translate), "options.task"),
        (TranscriptionOptions(model: "whisper-base", hotwords: ["x"]), "options.hotwords"),
        (TranscriptionOptions(model: "parakeet-v2", hotwords: ["a/b"]), "options.hotwords"),
        (TranscriptionOptions(model: "parakeet-v2", hotwords: [""]), "options.hotwords"),
        (TranscriptionOptions(model: "parakeet-v2", hotwords: ["C++"]), "options.hotwords"),
        (TranscriptionOptions(model: "parakeet-v2", hotwords: [String](repeating: "word", count: 201)), "options.hotwords"),
        (TranscriptionOptions(model: "parakeet-v2", hotwords: [String(repeating: "語", count: 134)]), "options.hotwords"),
        (TranscriptionOptions(model: "parakeet-v2", hotwords: [String](repeating: "word", count: 501)), "options.hotwords"),
        (TranscriptionOptions(speakers: 0), "options.speakers"), (TranscriptionOptions(maxSpeakers: 51), "options.max_speakers"),
        (TranscriptionOptions(minSpeakers: 3, maxSpeakers: 2), "options.min_speakers"),
        (TranscriptionOptions(speakers: 2, maxSpeakers: 1), "options.max_speakers"),
        (TranscriptionOptions(device: "metal"), "options.device"),
        (TranscriptionOptions(model: "canary-180m"), "options.language"),
        (TranscriptionOptions(model: "canary-180m", language: "it"), "options.language"),
        (TranscriptionOptions(diarization: true, diarizationModel: "whisper-base"), "options.diarization_model"),
    ])
    func `an option that does not fit is refused by its field`(options: TranscriptionOptions, field expected: String) {
        #expect(field(options) == expected)
    }

    @Test func `three letters mean the same as two`() {
        #expect(field(TranscriptionOptions(language: "deu")) == nil)
        #expect(field(TranscriptionOptions(model: "whisper-base-en", language: "deu")) == "options.language")
        #expect(SpokenLanguage.canonical("deu") == "de")
        #expect(SpokenLanguage.canonical("yue") == "yue")
        #expect(SpokenLanguage.canonical("en") == "en")
    }

    @Test func `a model that takes whole recordings only refuses a part by its field`() {
        let whole = ModelCard(
            id: "remote/one",
            name: "",
            provider: "remote",
            installed: true,
            capabilities: ["transcription"],
            takesParts: false
        )
        let rules = OptionRules(cards: [whole], defaultModel: whole.id)
        let cases = [(TranscriptionOptions(start: 1), "options.start"), (TranscriptionOptions(end: 1), "options.end")]
        for (options, expected) in cases {
            #expect {
                try rules.check(options)
            } throws: { error in
                (error as? ScriberrError)?.field == expected
            }
        }
        #expect(throws: Never.self) { try rules.check(TranscriptionOptions()) }
    }

    @Test func `speakers need a model that tells them apart`() {
        let rules = OptionRules(cards: [
            ModelCard(id: "whisper-base", name: "", provider: "local", installed: true, capabilities: ["transcription"])
        ])
        #expect {
            try rules.check(TranscriptionOptions(diarization: true))
        } throws: { error in
            (error as? ScriberrError)?.field == "options.diarization"
        }
    }

    @Test func `an unknown model is answered with the list`() {
        #expect {
            try rules.check(TranscriptionOptions(model: "large"))
        } throws: { error in
            let message = (error as? ScriberrError)?.message ?? ""
            return message.contains("whisper-base") && message.contains("parakeet-v3") && !message.contains("diarization-default")
        }
    }
}
