import Foundation
import ScriberrCore

/// What an OpenAI-compatible server answers when asked for `verbose_json`. Servers differ: whatever is missing is left out, and
/// numbers are checked.
struct RemoteAnswer: Decodable {
    var text: String?
    var language: String?
    var duration: Double?
    var words: [TimedWord]?
    var segments: [TimedText]?

    struct TimedWord: Decodable {
        var word: String
        var start: Double
        var end: Double
    }

    struct TimedText: Decodable {
        var start: Double
        var end: Double
        var text: String
    }

    /// The answer as one piece of speech. `index` is its number.
    func piece(index: Int) -> SpeechPiece {
        let words = (self.words ?? []).compactMap { word -> Word? in
            let text = word.word.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !text.isEmpty, let times = Self.times(word.start, word.end) else { return nil }
            return Word(start: times.start, end: times.end, word: text)
        }.sorted { $0.start < $1.start }
        let segments = (self.segments ?? []).compactMap { segment -> Segment? in
            let text = segment.text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !text.isEmpty, let times = Self.times(segment.start, segment.end) else { return nil }
            return Segment(start: times.start, end: times.end, text: text)
        }.sorted { $0.start < $1.start }
        return SpeechPiece(
            index: index,
            start: 0,
            end: seconds(words, segments),
            resumeAt: seconds(words, segments),
            text: (text ?? segments.map(\.text).joined(separator: " ")).trimmingCharacters(in: .whitespacesAndNewlines),
            words: words,
            segments: segments,
            language: language.flatMap(Self.code)
        )
    }

    private func seconds(_ words: [Word], _ segments: [Segment]) -> Double {
        if let duration, duration.isFinite, duration > 0 { return duration }
        return max(words.map(\.end).max() ?? 0, segments.map(\.end).max() ?? 0)
    }

    private static func times(_ start: Double, _ end: Double) -> (start: Double, end: Double)? {
        guard start.isFinite, end.isFinite, start >= 0 else { return nil }
        return (start, max(start, end))
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
