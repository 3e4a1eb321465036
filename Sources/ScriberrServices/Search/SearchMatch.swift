import ScriberrStore

/// Where a search found a transcription.
package struct SearchMatch: Sendable, Hashable {
    /// Which text it was found in.
    package var field: Field
    /// What is said there, on one line, cut at both ends where it is long; nil for a title.
    package var snippet: String?
    /// Seconds from the start of the recording; nil for a title and where no time is known.
    package var start: Double?

    /// A text that is searched.
    package enum Field: String, Sendable {
        case title, transcript
    }

    private static let charactersMax = 200

    /// Found in the title only.
    static let title = SearchMatch(field: .title, snippet: nil, start: nil)

    private init(field: Field, snippet: String?, start: Double?) {
        self.field = field
        self.snippet = snippet
        self.start = start
    }

    /// The line of `passage` in which most of `terms` stand, the earliest of equals.
    init?(_ terms: [[String]], in passage: Passage) {
        let found = passage.lines.map { line in terms.compactMap { SearchText.place(of: $0, in: line.words) } }
        guard let most = found.map(\.count).max(), most > 0, let index = found.firstIndex(where: { $0.count == most }) else {
            return nil
        }
        let (line, place) = (passage.lines[index], found[index].min() ?? 0)
        let snippet = Self.cut(line.text, around: Double(place) / Double(line.words.count))
        self.init(field: .transcript, snippet: snippet, start: line.start)
    }

    /// `text`, or so much of it around a place (from 0 to 1) as is shown, cut between words where there are spaces.
    private static func cut(_ text: String, around place: Double) -> String {
        let characters = Array(text)
        guard characters.count > charactersMax else { return text }
        let middle = Int(place * Double(characters.count))
        var start = max(0, min(middle - charactersMax / 3, characters.count - charactersMax))
        var end = start + charactersMax
        let slack = charactersMax / 8
        if start > 0, let blank = characters[start..<start + slack].firstIndex(of: " ") { start = blank + 1 }
        if end < characters.count, let blank = characters[end - slack..<end].lastIndex(of: " ") { end = blank }
        return (start > 0 ? "…" : "") + String(characters[start..<end]) + (end < characters.count ? "…" : "")
    }
}
