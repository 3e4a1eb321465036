import ScriberrCore

/// A word and how it stands in the text.
struct PlacedWord {
    var word: Word
    var surface: Surface
}

/// Cuts words into segments. Every border lies between two words, so its time is a real one.
struct Segmenter {
    let words: [PlacedWord]
    let rules: SegmentRules
    /// How many characters stand before each word, and after the last.
    private let offsets: [Int]

    init(words: [PlacedWord], rules: SegmentRules) {
        self.words = words
        self.rules = rules
        var offsets = [0]
        offsets.reserveCapacity(words.count + 1)
        for word in words { offsets.append(offsets[offsets.count - 1] + word.surface.length) }
        self.offsets = offsets
    }

    /// The segments, not yet numbered. Words that are no more than marks make none of their own.
    func segments() -> [Segment] { runs().flatMap(fitting).compactMap(segment) }

    /// Stretches between pauses, sentence ends and speakers.
    private func runs() -> [Range<Int>] {
        guard !words.isEmpty else { return [] }
        let borders = [0] + words.indices.dropFirst().filter(isBorder) + [words.count]
        return zip(borders, borders.dropFirst()).map { $0..<$1 }
    }

    private func isBorder(before index: Int) -> Bool {
        let (left, right) = (words[index - 1], words[index])
        if pause(before: index) >= rules.pauseSeconds { return true }
        if let a = left.word.speaker, let b = right.word.speaker, a != b { return true }
        return Punctuation.endsSentence(left.surface.text, next: right.surface.text)
    }

    private func pause(before index: Int) -> Double {
        // Times in milliseconds as they are stored, so that a pause of exactly 0.8 s is one.
        let gap = words[index].word.start - words[index - 1].word.end
        return (gap * 1000).rounded() / 1000
    }

    /// A run in parts that keep the limits. A single word is never cut.
    private func fitting(_ run: Range<Int>) -> [Range<Int>] {
        var done: [Range<Int>] = []
        var open = [run]
        while let next = open.popLast() {
            guard next.count > 1, isTooLong(next) else {
                done.append(next)
                continue
            }
            let cut = bestCut(of: next)
            open.append(cut..<next.upperBound)
            open.append(next.lowerBound..<cut)
        }
        return done
    }

    private func isTooLong(_ range: Range<Int>) -> Bool {
        let seconds = words[range.upperBound - 1].word.end - words[range.lowerBound].word.start
        return seconds > rules.maximumSeconds || characters(in: range) > rules.maximumCharacters
    }

    private func characters(in range: Range<Int>) -> Int { offsets[range.upperBound] - offsets[range.lowerBound] }

    /// The longest pause or clause end in the middle half of the text, or what comes nearest to its middle.
    private func bestCut(of range: Range<Int>) -> Int {
        let length = max(1, Double(characters(in: range)))
        var best = (index: range.lowerBound + 1, score: -Double.infinity)
        for index in range.dropFirst() {
            let place = Double(offsets[index] - offsets[range.lowerBound]) / length
            let distance = abs(place - 0.5)
            let clause = Punctuation.endsClause(words[index - 1].surface.text) ? 0.4 : 0
            let score = (distance <= 0.25 ? 100 + pause(before: index) + clause : 0) - distance * 0.1
            if score > best.score { best = (index, score) }
        }
        return best.index
    }

    private func segment(_ range: Range<Int>) -> Segment? {
        let text = words[range].map(\.surface).text
        guard !text.isEmpty else { return nil }
        let speaker = words[range].lazy.compactMap(\.word.speaker).first
        return Segment(
            start: words[range.lowerBound].word.start,
            end: words[range.upperBound - 1].word.end,
            speaker: speaker,
            text: text
        )
    }
}

extension Surface {
    var length: Int { text.count + (followsSpace ? 1 : 0) }
}

extension Sequence<Surface> {
    /// The words as one text.
    var text: String {
        var text = ""
        for surface in self where !surface.text.isEmpty {
            if surface.followsSpace, !text.isEmpty { text.append(" ") }
            text.append(surface.text)
        }
        return text
    }
}
