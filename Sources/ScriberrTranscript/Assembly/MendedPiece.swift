import ScriberrCore

/// A piece with its times repaired and its words found in its text.
struct MendedPiece {
    /// The piece's own segments, or the piece as one, where its words don't carry the text; nil where they do.
    let segments: [Segment]?
    /// Where the piece ends, in seconds.
    let end: Double
    private let words: [PlacedWord]

    /// `reached` is where the pieces before it end: the place of a piece that doesn't say its own.
    init(_ piece: HeardPiece, reached: Double) {
        let borders = TimeMending.borders(start: piece.start, end: piece.end)
        let text = Spacing.tidied(piece.text)
        words = Self.place(Self.spoken(piece.words, within: borders), in: text)
        let lastHeard = words.map(\.word.end).max() ?? reached
        end = borders?.upperBound ?? max(lastHeard, reached)
        let span = borders ?? min(reached, words.first?.word.start ?? reached)...end
        segments = Self.carries(words, text) ? nil : Self.segments(of: piece, text: text, within: span)
    }

    var isEmpty: Bool { words.isEmpty && (segments ?? []).isEmpty }

    /// The words, the first with the space that belongs between it and the text before.
    func words(after previous: String) -> [PlacedWord] {
        var words = words
        if let first = words.indices.first {
            words[first].surface.followsSpace = Spacing.needsSpace(between: previous, and: words[first].surface.text)
        }
        return words
    }

    private static func spoken(_ words: [Word], within borders: ClosedRange<Double>?) -> [Word] {
        let tidy = words.compactMap { word in
            let text = Spacing.tidied(word.word)
            guard !text.isEmpty else { return Word?.none }
            var word = word
            word.word = text
            if word.speaker?.isEmpty == true { word.speaker = nil }
            return word
        }
        return TimeMending.mended(tidy, within: borders)
    }

    /// Words whose starts run backwards stay in the order in which the text has them; only without a text are they sorted.
    private static func place(_ words: [Word], in text: String) -> [PlacedWord] {
        guard !words.isEmpty else { return [] }
        if let surfaces = Surface.align(words.map(\.word), to: text) {
            return zip(words, surfaces).map { PlacedWord(word: $0, surface: $1) }
        }
        // The sort of the standard library is stable: words of one start keep their order.
        let sorted = words.sorted { $0.start < $1.start }
        return zip(sorted, Surface.spelled(sorted.map(\.word))).map { PlacedWord(word: $0, surface: $1) }
    }

    /// Whether the words say all that the text says. Words that lack a good part of it (engines that time only some
    /// scripts) must not cost the reader the rest.
    private static func carries(_ words: [PlacedWord], _ text: String) -> Bool {
        let heard = words.reduce(0) { $0 + $1.surface.text.count { Surface.isContent($0) } }
        return heard > 0 && heard * 5 >= text.count { Surface.isContent($0) } * 4
    }

    private static func segments(of piece: HeardPiece, text: String, within span: ClosedRange<Double>) -> [Segment] {
        var reached = span.lowerBound
        let own = piece.segments.compactMap { segment in
            let text = Spacing.tidied(segment.text)
            let times = TimeMending.interval(segment.start, segment.end, within: span, fallback: reached)
            reached = times.lowerBound
            let speaker = segment.speaker.flatMap { $0.isEmpty ? nil : $0 }
            return text.isEmpty ? nil : Segment(start: times.lowerBound, end: times.upperBound, speaker: speaker, text: text)
        }
        if !own.isEmpty { return own.sorted { $0.start < $1.start } }
        return text.isEmpty ? [] : [Segment(start: span.lowerBound, end: span.upperBound, text: text)]
    }
}
