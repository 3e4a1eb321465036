import Foundation
import ScriberrCore

/// What an OpenAI-compatible server answers when asked for `verbose_json`. Servers differ: whatever is missing or odd is left out, and
/// numbers are checked.
struct RemoteAnswer: Decodable {
    private let text: String?
    private let language: String?
    private let duration: Double?
    private let words: [Timed]
    private let segments: [Timed]
    /// What it says of an error; nil where it says nothing.
    let problem: String?

    private enum Key: String, CodingKey {
        case text, language, duration, words, segments, error, detail
    }

    private struct Message: Decodable { var message: String }

    /// Throws what the decoder throws for what is no object.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        // What is of another type than it should be says nothing.
        text = try? values.decodeIfPresent(String.self, forKey: .text)
        language = try? values.decodeIfPresent(String.self, forKey: .language)
        duration = (try? values.decodeIfPresent(LooseNumber.self, forKey: .duration))?.value
        words = Self.usable((try? values.decodeIfPresent([Timed].self, forKey: .words)) ?? [])
        segments = Self.usable((try? values.decodeIfPresent([Timed].self, forKey: .segments)) ?? [])
        problem =
            (try? values.decode(Message.self, forKey: .error).message) ?? (try? values.decode(String.self, forKey: .error))
            ?? (try? values.decode(String.self, forKey: .detail))
    }

    /// Whether it says what was heard, be it nothing. Some servers tell of their errors with the status of a success.
    var hasText: Bool { text != nil || !segments.isEmpty }

    /// The answer as one piece of speech. `index` is its number.
    func piece(index: Int) -> SpeechPiece {
        let seconds = seconds
        return SpeechPiece(
            index: index,
            start: 0,
            end: seconds,
            resumeAt: seconds,
            text: (text ?? segments.map(\.text).joined(separator: " ")).trimmingCharacters(in: .whitespacesAndNewlines),
            words: placed(words).map { Word(start: $0.start, end: $0.end, word: $0.text) },
            segments: placed(segments).map { Segment(start: $0.start, end: $0.end, text: $0.text) },
            language: language.flatMap(Self.code)
        )
    }

    private var seconds: Double {
        if let duration, duration > 0 { return duration }
        return (words + segments).compactMap { $0.end ?? $0.start }.max() ?? 0
    }

    private static func usable(_ items: [Timed]) -> [Timed] { items.filter { !$0.text.isEmpty } }

    /// The items in order of time. One without times stands behind the one before it, for it was heard; where none has any, nothing is
    /// known.
    private func placed(_ items: [Timed]) -> [(start: Double, end: Double, text: String)] {
        guard items.contains(where: { $0.start != nil || $0.end != nil }) else { return [] }
        var reached = 0.0
        return items.map { item in
            let start = item.start ?? min(reached, item.end ?? reached)
            reached = max(start, item.end ?? start)
            return (start, reached, item.text)
        }.sorted { $0.start < $1.start }
    }

    /// Some servers answer with a code, others with the language's English name.
    private static func code(_ language: String) -> String? {
        let language = language.lowercased()
        return (2...3).contains(language.count) ? language : codes[language]
    }

    private static let codes: [String: String] = {
        let english = Locale(identifier: "en")
        return Languages.whisper.reduce(into: [:]) { codes, code in
            if let name = english.localizedString(forLanguageCode: code) { codes[name.lowercased()] = code }
        }
    }()
}

/// A word or a segment: a text, and times where they can be read. Anything else is one without a text.
private struct Timed: Decodable {
    let text: String
    let start: Double?
    let end: Double?

    private enum Key: String, CodingKey {
        case word, text, start, end
    }

    init(from decoder: any Decoder) throws {
        let values = try? decoder.container(keyedBy: Key.self)
        func string(_ key: Key) -> String? { (try? values?.decodeIfPresent(String.self, forKey: key)) ?? nil }
        func time(_ key: Key) -> Double? {
            let number = (try? values?.decodeIfPresent(LooseNumber.self, forKey: key)) ?? nil
            return number?.value.flatMap { $0 >= 0 ? $0 : nil }
        }
        text = (string(.word) ?? string(.text) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        (start, end) = (time(.start), time(.end))
    }
}

/// A finite number, also one that is written as a text.
private struct LooseNumber: Decodable {
    let value: Double?

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        let number = try? single.decode(Double.self)
        let found = number ?? (try? single.decode(String.self)).flatMap(Double.init)
        value = found.flatMap { $0.isFinite ? $0 : nil }
    }
}
