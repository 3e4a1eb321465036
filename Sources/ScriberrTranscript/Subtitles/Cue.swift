import ScriberrCore

/// One subtitle: lines of words that are shown together.
struct Cue: Hashable, Sendable {
    var start: Milliseconds
    var end: Milliseconds
    /// The transcript's label of who speaks.
    var speaker: String?
    var lines: [[CueWord]]

    /// The lines as plain text.
    var texts: [String] { lines.map(\.text) }
}

/// What may not be divided between lines or cues: a word, or a few that the text writes as one.
struct CueWord: Hashable, Sendable {
    var text: String
    var followsSpace: Bool
    var start: Milliseconds
    var end: Milliseconds
    /// Whether the engine gave the times; false where they are spread over the segment by length.
    var isTimed: Bool
    /// Who speaks from here on, to be written in front of the word.
    var label: String?

    /// The word with its label.
    var labeled: String { label.map { "\($0): \(text)" } ?? text }
}

extension Sequence<CueWord> {
    /// The words as one line.
    var text: String {
        var text = ""
        for word in self {
            if word.followsSpace, !text.isEmpty { text.append(" ") }
            text.append(word.labeled)
        }
        return text
    }
}
