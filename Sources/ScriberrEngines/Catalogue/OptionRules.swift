package import ScriberrCore
import ScriberrEngineWire

/// Whether options fit a model. Checked when a job is created, so that nobody waits for a refusal.
package struct OptionRules: Sendable {
    /// Hotwords of one request, all together, in bytes.
    package static let hotwordsBytesMax = 16_384
    /// Hotwords of one request.
    package static let hotwordsMax = 500
    /// More speakers than this are not told apart.
    package static let speakersMax = 50

    private let cards: [ModelCard]
    private let defaultModel: String

    /// Rules for the models on these cards. A request that names none may ask for whatever `defaultModel` can do.
    package init(cards: [ModelCard], defaultModel: String = ModelCatalogue.defaultModel) {
        self.cards = cards
        self.defaultModel = defaultModel
    }

    /// Throws `VALIDATION_ERROR` naming the field for the first option that the model cannot honour.
    package func check(_ options: TranscriptionOptions) throws {
        try checkTranscriber(options)
        try checkSpeakers(options)
        guard ["auto", "cpu", "cuda"].contains(options.device) else {
            throw refusal("device", "The device must be auto, cpu or cuda.")
        }
    }

    /// Like ``check(_:)``, for what the model that writes down has to do.
    func checkTranscriber(_ options: TranscriptionOptions) throws {
        let card = try transcriber(options.model)
        try checkLanguage(options.language, card)
        try checkTask(options.task, card)
        try checkHotwords(options.hotwords, card)
        try checkPart(options, card)
    }

    private func transcriber(_ requested: String?) throws -> ModelCard {
        let id = requested ?? defaultModel
        let transcribers = cards.filter { $0.capabilities.contains("transcription") }
        guard let card = transcribers.first(where: { $0.id == id }) else {
            let ids = transcribers.map(\.id).joined(separator: ", ")
            throw refusal("model", "There is no transcription model of that name. Models: \(ids).")
        }
        return card
    }

    private func checkLanguage(_ language: String?, _ card: ModelCard) throws {
        guard let language else {
            guard card.needsLanguage else { return }
            let known = card.languages.joined(separator: ", ")
            throw refusal("language", "The model \(card.id) has to be told the language: \(known).")
        }
        guard !card.languages.isEmpty, !card.languages.contains(SpokenLanguage.canonical(language)) else { return }
        throw refusal(
            "language",
            "The model \(card.id) does not know this language. Languages: \(card.languages.joined(separator: ", "))."
        )
    }

    private func checkTask(_ task: SpeechTask, _ card: ModelCard) throws {
        guard task == .translate, !card.capabilities.contains("translation") else { return }
        throw refusal("task", "The model \(card.id) cannot translate. Models that can: \(ids(with: "translation")).")
    }

    private func checkHotwords(_ hotwords: [String], _ card: ModelCard) throws {
        guard !hotwords.isEmpty else { return }
        guard card.capabilities.contains("hotwords") else {
            throw refusal("hotwords", "The model \(card.id) takes no hotwords. Models that do: \(ids(with: "hotwords")).")
        }
        let bytes = hotwords.reduce(0) { $0 + $1.utf8.count }
        guard hotwords.count <= Self.hotwordsMax, bytes <= Self.hotwordsBytesMax else {
            throw refusal("hotwords", "There may be \(Self.hotwordsMax) hotwords with \(Self.hotwordsBytesMax) bytes in all.")
        }
        // A line end or a slash parts phrases where the engine reads them.
        guard hotwords.allSatisfy({ !$0.isEmpty && !$0.contains(where: { $0.isNewline || $0 == "/" || $0 == ":" }) }) else {
            throw refusal("hotwords", "A hotword may not be empty nor hold a line end, a slash or a colon.")
        }
        if card.provider == LocalProvider.providerID { try checkForHost(hotwords, card) }
    }

    private func checkForHost(_ hotwords: [String], _ card: ModelCard) throws {
        guard hotwords.count <= HotwordRule.countMax else {
            throw refusal("hotwords", "The model \(card.id) takes \(HotwordRule.countMax) hotwords.")
        }
        guard let wrong = hotwords.first(where: { !HotwordRule.allows($0) }) else { return }
        throw refusal(
            "hotwords",
            "A hotword for \(card.id) has letters, digits, spaces and ' - . & only, and at most \(HotwordRule.bytesMax) bytes; "
                + "'\(wrong.prefix(40))' does not fit."
        )
    }

    private func checkPart(_ options: TranscriptionOptions, _ card: ModelCard) throws {
        guard !card.takesParts, options.start != nil || options.end != nil else { return }
        throw refusal(options.start == nil ? "end" : "start", "The model \(card.id) takes whole recordings only.")
    }

    /// Throws `VALIDATION_ERROR` naming the field for the first option about speakers that cannot be honoured.
    package func checkSpeakers(_ options: TranscriptionOptions) throws {
        try checkDiarizer(options)
        for (field, value) in [
            ("speakers", options.speakers), ("min_speakers", options.minSpeakers), ("max_speakers", options.maxSpeakers),
        ] {
            guard let value, !(1...Self.speakersMax).contains(value) else { continue }
            throw refusal(field, "The number of speakers must be from 1 to \(Self.speakersMax).")
        }
        if let least = options.minSpeakers, let most = options.maxSpeakers, least > most {
            throw refusal("min_speakers", "The least number of speakers is larger than the largest.")
        }
        if let speakers = options.speakers, options.minSpeakers.map({ $0 > speakers }) ?? false {
            throw refusal("min_speakers", "The least number of speakers is larger than the exact one.")
        }
        if let speakers = options.speakers, options.maxSpeakers.map({ $0 < speakers }) ?? false {
            throw refusal("max_speakers", "The largest number of speakers is less than the exact one.")
        }
    }

    private func checkDiarizer(_ options: TranscriptionOptions) throws {
        let names = cards.filter { $0.capabilities.contains("diarization") }.map(\.id)
        if options.diarization, names.isEmpty { throw refusal("diarization", "No model here tells speakers apart.") }
        guard let model = options.diarizationModel, !names.contains(model) else { return }
        let known = names.joined(separator: ", ")
        throw refusal("diarization_model", "There is no speaker model of that name. Models: \(known).")
    }

    private func ids(with capability: String) -> String {
        cards.filter { $0.capabilities.contains(capability) }.map(\.id).joined(separator: ", ")
    }

    private func refusal(_ field: String, _ message: String) -> ScriberrError {
        ScriberrError(.validation, message, field: "options.\(field)")
    }
}
