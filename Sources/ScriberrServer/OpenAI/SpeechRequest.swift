import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

/// A request to OpenAI's transcription or translation endpoint, understood. What cannot be honoured is refused here with the
/// name of the field, or is named in ``ignored``.
struct SpeechRequest: Sendable {
    /// The form in which the text is wanted.
    enum Format: String, CaseIterable, Sendable {
        case json, text, srt, vtt
        case verboseJSON = "verbose_json"
        case diarizedJSON = "diarized_json"
    }

    /// The model as the client named it.
    var model: String
    var format: Format
    var options: OptionsPatch
    /// Languages of which one is spoken; empty when nothing was said about it.
    var languages: [String]
    var streams: Bool
    var wantsWords: Bool
    var wantsSegments: Bool
    var wantsLogprobs: Bool
    /// Fields that were understood and make no difference here.
    var ignored: [String]

    /// Reads a form. Throws `VALIDATION_ERROR` with the field.
    init(_ fields: FormFields, task: SpeechTask, aliases: ModelAliases) throws {
        let reader = FieldReader(fields: fields)
        model = try reader.required("model")
        format = try reader.choice("response_format", of: Format.self) ?? .json
        streams = try reader.flag("stream") ?? false
        languages = []
        let granularities = try reader.choices("timestamp_granularities", among: ["word", "segment"])
        wantsWords = granularities.contains("word")
        wantsSegments = granularities.isEmpty || granularities.contains("segment")
        wantsLogprobs = try reader.choices("include", among: ["logprobs"]).contains("logprobs")
        ignored = try reader.ignored(task)
        options = Self.plain(task)
        options.model = aliases.model(model)
        options.diarization = .value(format == .diarizedJSON || aliases.tellsSpeakers(model))
        let keywords = try reader.keywords()
        if !keywords.isEmpty { options.hotwords = .value(keywords) }
        try reader.refuseVoices()
        if task == .transcribe { try readLanguages(reader) }
        try checkFormat(task, granularities)
    }

    /// Everything that a profile could bring in is set, except the models and the device: the request alone says what happens.
    static func plain(_ task: SpeechTask) -> OptionsPatch {
        var patch = OptionsPatch()
        patch.task = .value(task.rawValue)
        patch.language = .null
        patch.hotwords = .null
        (patch.speakers, patch.minSpeakers, patch.maxSpeakers) = (.null, .null, .null)
        (patch.start, patch.end) = (.null, .null)
        return patch
    }

    private mutating func readLanguages(_ reader: FieldReader) throws {
        let one = try reader.language("language", reader.fields["language"])
        let several = try reader.fields.all("languages[]", "languages").compactMap { try reader.language("languages[]", $0) }
        guard one == nil || several.isEmpty else {
            throw fieldError("languages[]", "Send `language` or `languages`, not both.")
        }
        languages = one.map { [$0] } ?? several
        if languages.count == 1 { options.language = .value(languages[0]) }
    }

    private func checkFormat(_ task: SpeechTask, _ granularities: Set<String>) throws {
        if task == .translate, format == .diarizedJSON {
            throw fieldError("response_format", "A translation is json, text, srt, verbose_json or vtt.")
        }
        if !granularities.isEmpty, format != .verboseJSON {
            throw fieldError("timestamp_granularities[]", "Timestamps come with response_format verbose_json only.")
        }
        if wantsLogprobs, format != .json {
            throw fieldError("include[]", "logprobs come with response_format json only.")
        }
        guard streams else { return }
        if task == .translate { throw fieldError("stream", "Translations are not streamed.") }
        guard [.json, .text, .diarizedJSON].contains(format) else {
            throw fieldError("stream", "A stream carries json, text or diarized_json.")
        }
    }
}

/// A field of a request is wrong.
func fieldError(_ field: String, _ message: String) -> ScriberrError {
    ScriberrError(.validation, message, field: field)
}

/// Takes values out of a form. An empty value counts as left out.
struct FieldReader {
    let fields: FormFields

    func required(_ name: String) throws -> String {
        guard let text = value(name) else { throw fieldError(name, "`\(name)` is missing.") }
        guard text.utf8.count <= 256 else { throw fieldError(name, "`\(name)` is too long.") }
        return text
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, of type: Choice.Type) throws -> Choice? {
        guard let text = value(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw fieldError(name, "`\(name)` is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return choice
    }

    func flag(_ name: String) throws -> Bool? {
        switch value(name)?.lowercased() {
        case nil: nil
        case "true", "1": true
        case "false", "0": false
        default: throw fieldError(name, "`\(name)` is true or false.")
        }
    }

    /// A list, with or without the brackets that SDKs put behind its name.
    func choices(_ name: String, among known: Set<String>) throws -> Set<String> {
        let given = Set(fields.all(name + "[]", name).filter { !$0.isEmpty })
        guard given.isSubset(of: known) else {
            throw fieldError(name + "[]", "`\(name)` may hold \(known.sorted().joined(separator: " and ")).")
        }
        return given
    }

    func keywords() throws -> [String] {
        let words = fields.all("keywords[]", "keywords").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        guard words.allSatisfy({ !$0.contains { $0 == "<" || $0 == ">" || $0.isNewline } }) else {
            throw fieldError("keywords[]", "A keyword holds no `<`, `>` or line end.")
        }
        return words
    }

    /// The language of a code such as `en` or `pt-BR`, or of an English name; nil for none.
    func language(_ field: String, _ text: String?) throws -> String? {
        guard let text = text?.trimmingCharacters(in: .whitespaces).lowercased(), !text.isEmpty, text != "auto" else {
            return nil
        }
        let short = String(text.prefix { $0 != "-" && $0 != "_" })
        if let code = LanguageNames.code(text) ?? LanguageNames.code(short) { return code }
        guard (2...3).contains(short.utf8.count), short.utf8.allSatisfy({ (97...122).contains($0) }) else {
            throw fieldError(field, "`\(field)` is an ISO 639 code such as en.")
        }
        return short
    }

    /// Voices cannot be matched with samples here, so names for them would be given to the wrong people.
    func refuseVoices() throws {
        for name in ["known_speaker_names", "known_speaker_references"] where fields.has(name) || fields.has(name + "[]") {
            throw fieldError(
                name + "[]",
                "This server does not match voices with samples. Leave the field out: speakers are then called A, B and so on."
            )
        }
    }

    /// Checks what makes no difference here and names what was given of it.
    func ignored(_ task: SpeechTask) throws -> [String] {
        var names: [String] = []
        if value("prompt") != nil { names.append("prompt") }
        if let text = value("temperature") {
            guard let number = Double(text), (0...1).contains(number) else {
                throw fieldError("temperature", "`temperature` is a number from 0 to 1.")
            }
            names.append("temperature")
        }
        if try givesChunking() { names.append("chunking_strategy") }
        if task == .translate { names += ["language", "languages[]"].filter { value($0) != nil } }
        return names
    }

    private func value(_ name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }
}

extension FieldReader {
    /// `auto`, or how a voice detector shall cut: as JSON text or as fields `chunking_strategy[type]` and so on.
    private func givesChunking() throws -> Bool {
        let name = "chunking_strategy"
        var parts = Dictionary(
            fields.pairs.filter { $0.name.hasPrefix(name + "[") && $0.name.hasSuffix("]") }
                .map { (String($0.name.dropFirst(name.count + 1).dropLast()), $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
        if let text = fields[name], !text.isEmpty, text != "auto" {
            guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
                throw fieldError(name, "`\(name)` is `auto` or an object.")
            }
            for (key, value) in object { parts[key] = "\(value)" }
        } else if parts.isEmpty {
            return fields[name]?.isEmpty == false
        }
        guard parts["type"] == "server_vad" else { throw fieldError(name, "`\(name)` has the type server_vad.") }
        if let text = parts["threshold"] {
            guard let number = Double(text), (0...1).contains(number) else {
                throw fieldError(name, "`threshold` is a number from 0 to 1.")
            }
        }
        for part in ["prefix_padding_ms", "silence_duration_ms"] {
            guard let text = parts[part] else { continue }
            guard let number = Int(text), number >= 0 else {
                throw fieldError(name, "`\(part)` is a whole number of milliseconds.")
            }
        }
        return true
    }
}
