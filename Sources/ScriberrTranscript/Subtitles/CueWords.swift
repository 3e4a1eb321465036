import ScriberrCore

/// A stretch of one speaker, in words that can be put into cues.
struct CueRun {
    var speaker: String?
    var words: [CueWord]
}

/// Takes a transcript apart into words that have a place in the text and a time.
enum CueWords {
    /// Runs of one speaker each, in order of time. Silences of `pause` seconds end a run as well.
    static func runs(of transcript: Transcript, pause: Double) -> [CueRun] {
        var runs: [CueRun] = []
        for (speaker, words) in spoken(transcript) {
            for word in words {
                let silence = runs.last?.words.last.map { word.start.value - $0.end.value } ?? .max
                if let last = runs.indices.last, runs[last].speaker == speaker, silence < Milliseconds(pause).value {
                    append(word, to: &runs[last].words)
                } else {
                    runs.append(CueRun(speaker: speaker, words: [word]))
                }
            }
        }
        return runs
    }

    private static func spoken(_ transcript: Transcript) -> [(speaker: String?, words: [CueWord])] {
        let segments = segments(of: transcript)
        let ranges = SegmentWords.ranges(of: segments, words: transcript.words)
        return zip(segments, ranges).map { segment, range in
            (segment.speaker, timed(segment, transcript.words[range]) ?? spread(segment))
        }
    }

    /// The segments in order of time; a transcript without any is one.
    private static func segments(of transcript: Transcript) -> [Segment] {
        guard transcript.segments.isEmpty, let first = transcript.words.first else {
            return transcript.segments.sorted { $0.start < $1.start }
        }
        let end = transcript.words.map(\.end).max() ?? first.end
        let text = Surface.spelled(transcript.words.map(\.word)).text
        return [Segment(start: first.start, end: end, text: text)]
    }

    private static func timed(_ segment: Segment, _ words: ArraySlice<Word>) -> [CueWord]? {
        guard let surfaces = Surface.align(words.map(\.word), to: Spacing.tidied(segment.text)) else { return nil }
        var isFirst = true
        return zip(words, surfaces).compactMap { word, surface in
            guard !surface.text.isEmpty else { return nil }
            defer { isFirst = false }
            let start = Milliseconds(word.start)
            let end = max(start, Milliseconds(word.end))
            return CueWord(
                text: surface.text,
                followsSpace: isFirst || surface.followsSpace,
                start: start,
                end: end,
                isTimed: true
            )
        }
    }

    /// The segment's text with its time spread over the characters.
    private static func spread(_ segment: Segment) -> [CueWord] {
        let pieces = Self.pieces(of: Spacing.tidied(segment.text))
        let total = pieces.reduce(0) { $0 + $1.text.count }
        let start = Milliseconds(segment.start).value
        let length = max(0, Milliseconds(segment.end).value - start)
        var passed = 0
        return pieces.map { piece in
            let from = start + length * Int64(passed) / Int64(max(1, total))
            passed += piece.text.count
            let to = start + length * Int64(passed) / Int64(max(1, total))
            return CueWord(
                text: piece.text,
                followsSpace: piece.followsSpace,
                start: Milliseconds(from),
                end: Milliseconds(to),
                isTimed: false
            )
        }
    }

    /// The text at its spaces and, in scripts without spaces, between characters.
    static func pieces(of text: String) -> [Surface] {
        var pieces: [Surface] = []
        for chunk in text.split(separator: " ") {
            var followsSpace = true
            var isOpen = false
            var previous: Character?
            for character in chunk {
                let breaks = previous.map { mayBreak(between: $0, and: character) } ?? true
                if breaks, !isOpen {
                    pieces.append(Surface(text: String(character), followsSpace: followsSpace))
                } else {
                    pieces[pieces.count - 1].text.append(character)
                }
                isOpen = Spacing.opening.contains(character)
                followsSpace = false
                previous = character
            }
        }
        return pieces
    }

    private static func append(_ word: CueWord, to words: inout [CueWord]) {
        guard let last = words.indices.last, !word.followsSpace, let end = words[last].text.last, let first = word.text.first,
            !mayBreak(between: end, and: first)
        else {
            words.append(word)
            return
        }
        words[last].text += word.text
        words[last].end = max(words[last].end, word.end)
        words[last].isTimed = words[last].isTimed && word.isTimed
    }

    /// Whether a line may end between two characters that no space divides.
    private static func mayBreak(between left: Character, and right: Character) -> Bool {
        if Spacing.opening.contains(left) { return false }
        let isWide = [left, right].contains { Spacing.isUnspaced($0) || Spacing.isWideMark($0) }
        if Spacing.isWideMark(right) || right.isPunctuation { return isWide && Spacing.opening.contains(right) }
        if Spacing.isSmallKana(right) { return false }
        return Spacing.isUnspaced(left) || Spacing.isUnspaced(right) || Spacing.isWideMark(left)
    }
}
