import Foundation
import ScriberrCore

extension OptionsPatch {
    /// `base` with what this patch changes. Throws `VALIDATION_ERROR` with field `options.…` for values that no model takes;
    /// what the chosen model takes is ``ModelService/validate(_:)``'s question. An empty language leaves that of `base`, unless
    /// `base` is what is being edited: forms send an emptied field so.
    func applied(to base: TranscriptionOptions, emptyClearsLanguage: Bool = false) throws -> TranscriptionOptions {
        var options = base
        options.model = text(model).applied(to: base.model)
        options.language = languageGiven(empty: emptyClearsLanguage ? .null : .absent).applied(to: base.language)
        options.task = try choice(task, SpeechTask.self, field: "task").applied(to: base.task, cleared: .transcribe)
        options.diarization = diarization.applied(to: base.diarization, cleared: false)
        if diarization == .value(false) || diarization == .null {
            // Hints for what was switched off go with it, unless this very request gives them.
            (options.speakers, options.minSpeakers, options.maxSpeakers) = (nil, nil, nil)
            options.diarizationModel = nil
        }
        options.speakers = speakers.applied(to: options.speakers)
        options.minSpeakers = minSpeakers.applied(to: options.minSpeakers)
        options.maxSpeakers = maxSpeakers.applied(to: options.maxSpeakers)
        options.diarizationModel = text(diarizationModel).applied(to: options.diarizationModel)
        options.hotwords = try hotwordsGiven().applied(to: base.hotwords, cleared: [])
        options.start = start.applied(to: base.start)
        options.end = end.applied(to: base.end)
        options.device = text(device).applied(to: base.device, cleared: "auto")
        try OptionsRules.check(options)
        return options
    }

    /// `auto` asks for detection, like `null`.
    private func languageGiven(empty: Given<String>) -> Given<String> {
        switch language {
        case .value(""): empty
        case .value("auto"): .null
        default: language
        }
    }

    private func text(_ given: Given<String>) -> Given<String> {
        guard case .value(let text) = given else { return given }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? .null : .value(trimmed)
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable & Hashable & Decodable>(
        _ given: Given<String>,
        _ type: Choice.Type,
        field: String
    ) throws -> Given<Choice> {
        switch given {
        case .absent: return .absent
        case .null: return .null
        case .value(let text):
            guard let choice = Choice(rawValue: text) else {
                let names = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")
                throw ScriberrError(.validation, "`\(field)` is \(names).", field: "options.\(field)")
            }
            return .value(choice)
        }
    }

    private func hotwordsGiven() throws -> Given<[String]> {
        guard case .value(let words) = hotwords else { return hotwords }
        let trimmed = words.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
        return .value(trimmed)
    }
}

/// What options must be, whichever model they are for.
enum OptionsRules {
    private static let speakersMax = 50
    private static let hotwordsMax = 100
    private static let hotwordCharactersMax = 100
    private static let modelBytesMax = 128
    private static let secondsMax = 1e7

    /// Throws `VALIDATION_ERROR` with field `options.…`.
    static func check(_ options: TranscriptionOptions) throws {
        if let model = options.model, model.utf8.count > modelBytesMax {
            throw wrong("model", "A model's name has at most \(modelBytesMax) bytes.")
        }
        if let model = options.diarizationModel, model.utf8.count > modelBytesMax {
            throw wrong("diarization_model", "A model's name has at most \(modelBytesMax) bytes.")
        }
        if let language = options.language { try check(language: language) }
        try checkSpeakers(options)
        try checkHotwords(options.hotwords)
        try checkPart(options)
        guard ["auto", "cpu", "cuda"].contains(options.device) else {
            throw wrong("device", "A device is `auto`, `cpu` or `cuda`.")
        }
    }

    private static func check(language: String) throws {
        let isCode = (2...3).contains(language.utf8.count) && language.utf8.allSatisfy { (97...122).contains($0) }
        guard isCode, isoLanguages.contains(language) else {
            throw wrong("language", "A language is `auto` or an ISO 639 code of two or three lowercase letters.")
        }
    }

    private static func checkSpeakers(_ options: TranscriptionOptions) throws {
        let counts = [
            ("speakers", options.speakers), ("min_speakers", options.minSpeakers), ("max_speakers", options.maxSpeakers),
        ]
        for case (let field, let count?) in counts {
            guard (1...speakersMax).contains(count) else {
                throw wrong(field, "A number of speakers is from 1 to \(speakersMax).")
            }
            guard options.diarization else { throw wrong(field, "A number of speakers needs `diarization`.") }
        }
        if let least = options.minSpeakers, let most = options.maxSpeakers, least > most {
            throw wrong("max_speakers", "`max_speakers` is not less than `min_speakers`.")
        }
        if let exact = options.speakers,
            exact < options.minSpeakers ?? exact || exact > options.maxSpeakers ?? exact
        {
            throw wrong("speakers", "`speakers` lies between `min_speakers` and `max_speakers`.")
        }
    }

    private static func checkHotwords(_ words: [String]) throws {
        guard words.count <= hotwordsMax, words.allSatisfy({ $0.count <= hotwordCharactersMax }) else {
            throw wrong("hotwords", "At most \(hotwordsMax) hotwords of \(hotwordCharactersMax) characters each.")
        }
    }

    private static func checkPart(_ options: TranscriptionOptions) throws {
        if let start = options.start, !(0...secondsMax).contains(start) {
            throw wrong("start", "`start` is a number of seconds from the beginning.")
        }
        if let end = options.end, !(0...secondsMax).contains(end) || end <= options.start ?? 0 {
            throw wrong("end", "`end` is a number of seconds behind `start`.")
        }
    }

    private static func wrong(_ field: String, _ message: String) -> ScriberrError {
        ScriberrError(.validation, message, field: "options.\(field)")
    }

    private static let isoLanguages = Set(
        Locale.LanguageCode.isoLanguageCodes.flatMap { code in
            [code.identifier, code.identifier(.alpha2), code.identifier(.alpha3)].compactMap { $0 }
        }
    )
}
