import ScriberrCore

/// Finds times for the words of a text that was edited.
///
/// Words that were there before keep their times. A stretch of new words takes the time of the words that it replaces; one that
/// was put in takes the pause it stands in, and where there is none the later half of the word before. So times stay in order
/// and inside their neighbours, and nothing outside the stretch moves.
enum WordRealignment {
    private struct Token {
        var word: String
        var key: String
        var weight: Double { Double(max(1, key.count)) }
    }

    /// Less room than this for a word that was put in is none.
    private static let roomSeconds = 0.04
    /// Longer words of a script without spaces, in characters, are not looked for in a text.
    private static let longestKnown = 32

    /// The words of `text`, which `segment` is to say now; `old` are those that it says so far.
    static func words(_ old: [Word], saying text: String, in segment: Segment) -> [Word] {
        let tokens = tokens(of: text, known: Set(old.map { key($0.word) }))
        let shown = Surface.align(old.map(\.word), to: segment.text)?.map(\.text) ?? old.map(\.word)
        let pairs = WordMatching(old.map { key($0.word) }, tokens.map(\.key)).pairs
        var words: [Word] = []
        var (nextOld, nextNew) = (0, 0)
        for pair in pairs + [(old: old.count, new: tokens.count)] {
            fill(tokens[nextNew..<pair.new], replacing: old[nextOld..<pair.old], before: old[pair.old...].first, segment, &words)
            if pair.old < old.count { words.append(updated(old[pair.old], shown[pair.old], tokens[pair.new])) }
            (nextOld, nextNew) = (pair.old + 1, pair.new + 1)
        }
        return words
    }

    private static func fill(
        _ tokens: ArraySlice<Token>,
        replacing old: ArraySlice<Word>,
        before next: Word?,
        _ segment: Segment,
        _ words: inout [Word]
    ) {
        guard !tokens.isEmpty else { return }
        var start = old.first?.start ?? words.last?.end ?? segment.start
        let end = max(start, old.last?.end ?? next?.start ?? segment.end)
        if old.isEmpty, end - start < roomSeconds * Double(tokens.count), let last = words.last {
            start = rounded((last.start + last.end) / 2)
            words[words.count - 1].end = start
        }
        let total = tokens.reduce(0) { $0 + $1.weight }
        var passed = 0.0
        for token in tokens {
            let from = rounded(start + (end - start) * passed / total)
            passed += token.weight
            let to = rounded(start + (end - start) * passed / total)
            words.append(Word(start: from, end: max(from, to), word: token.word, speaker: segment.speaker))
        }
    }

    /// The old word; in its new spelling where that differs from how it stood in the text by more than the marks around it.
    private static func updated(_ word: Word, _ shown: String, _ token: Token) -> Word {
        var word = word
        if shown.filter(Surface.isContent) != token.word.filter(Surface.isContent) { word.word = token.word }
        return word
    }

    private static func key(_ word: String) -> String { word.filter(Surface.isContent).lowercased() }

    /// The words of a text: between spaces; where a script has none, the words that were there before, else characters. Marks
    /// around a word are no part of it.
    private static func tokens(of text: String, known: Set<String>) -> [Token] {
        let longest = min(longestKnown, known.map(\.count).max() ?? 0)
        return text.split(whereSeparator: \.isWhitespace).flatMap { piece -> [Token] in
            guard piece.contains(where: Spacing.isUnspaced) else { return [token(piece)].compactMap(\.self) }
            var tokens: [Token] = []
            var rest = piece[...]
            while !rest.isEmpty {
                let length = unspacedLength(rest, known, longest)
                if let token = token(rest.prefix(length)) { tokens.append(token) }
                rest = rest.dropFirst(length)
            }
            return tokens
        }
    }

    private static func unspacedLength(_ text: Substring, _ known: Set<String>, _ longest: Int) -> Int {
        for length in stride(from: text.prefix(longest).count, to: 1, by: -1)
        where known.contains(key(String(text.prefix(length)))) {
            return length
        }
        if text.first.map(Spacing.isUnspaced) ?? true { return 1 }
        return max(1, text.prefix { !Spacing.isUnspaced($0) }.count)
    }

    private static func token(_ text: Substring) -> Token? {
        guard let first = text.firstIndex(where: Surface.isContent), let last = text.lastIndex(where: Surface.isContent) else {
            return nil
        }
        let word = String(text[first...last])
        return Token(word: word, key: key(word))
    }
}
