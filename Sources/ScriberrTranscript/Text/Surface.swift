/// How a word stands in the running text, which may write it with marks that the word itself lacks.
struct Surface: Hashable {
    /// The word with the punctuation that hangs on to it. Empty when the word is no more than a mark of its neighbour.
    var text: String
    /// Whether the text has a space in front of it.
    var followsSpace: Bool
}

extension Surface {
    /// Finds each word in `text`, or nil when the two don't say the same. Case and punctuation may differ, letters,
    /// numbers and symbols may not; nothing of the text is lost.
    static func align(_ words: [String], to text: String) -> [Surface]? {
        let characters = Array(text)
        var spans: [Range<Int>] = []
        spans.reserveCapacity(words.count)
        var cursor = 0
        for word in words {
            guard let span = find(word, in: characters, from: cursor) else { return nil }
            spans.append(span)
            cursor = span.upperBound
        }
        guard !characters[cursor...].contains(where: isContent), spans.contains(where: { !$0.isEmpty }) else { return nil }
        return surfaces(of: spans, in: characters)
    }

    /// The words one behind the other, where there is no text to go by.
    static func spelled(_ words: [String]) -> [Surface] {
        var previous = ""
        return words.map { word in
            defer { if !word.isEmpty { previous = word } }
            return Surface(text: word, followsSpace: Spacing.needsSpace(between: previous, and: word))
        }
    }

    /// What two texts are compared by: everything but spaces and punctuation.
    static func isContent(_ character: Character) -> Bool { !character.isWhitespace && !character.isPunctuation }

    /// Where the word's content stands at or after `start`, with nothing but marks before it. Empty for a word of marks only.
    private static func find(_ word: String, in characters: [Character], from start: Int) -> Range<Int>? {
        var first: Int?
        var cursor = start
        for wanted in word where isContent(wanted) {
            while cursor < characters.count, !isContent(characters[cursor]) { cursor += 1 }
            guard cursor < characters.count, isSame(characters[cursor], wanted) else { return nil }
            if first == nil { first = cursor }
            cursor += 1
        }
        return (first ?? start)..<cursor
    }

    private static func isSame(_ a: Character, _ b: Character) -> Bool { a == b || a.lowercased() == b.lowercased() }

    /// Gives the marks between the words to the one they hang on to.
    private static func surfaces(of spans: [Range<Int>], in characters: [Character]) -> [Surface] {
        let held = spans.indices.filter { !spans[$0].isEmpty }
        var result = [Surface](repeating: Surface(text: "", followsSpace: false), count: spans.count)
        var lead = String(characters[..<(held.first.map { spans[$0].lowerBound } ?? 0)].filter { !$0.isWhitespace })
        var followsSpace = false
        for (position, index) in held.enumerated() {
            let isLast = position == held.count - 1
            let gapEnd = isLast ? characters.count : spans[held[position + 1]].lowerBound
            let gap = Gap(characters[spans[index].upperBound..<gapEnd], isLast: isLast)
            result[index] = Surface(text: lead + String(characters[spans[index]]) + gap.tail, followsSpace: followsSpace)
            lead = gap.lead
            followsSpace = gap.hasSpace
        }
        return result
    }

    /// The marks between two words: `tail` goes with the one before, `lead` with the one after.
    private struct Gap {
        var tail: String
        var lead: String
        var hasSpace: Bool

        init(_ characters: ArraySlice<Character>, isLast: Bool) {
            hasSpace = characters.contains { $0.isWhitespace }
            guard !isLast else {
                (tail, lead) = (Spacing.tidied(String(characters), keepingLead: true), "")
                return
            }
            let opening: Int
            if let space = characters.lastIndex(where: { $0.isWhitespace }) {
                opening = space + 1
            } else {
                opening = characters.firstIndex { Spacing.opening.contains($0) } ?? characters.endIndex
            }
            tail = Spacing.tidied(String(characters[..<opening]), keepingLead: true)
            lead = String(characters[opening...])
        }
    }
}
