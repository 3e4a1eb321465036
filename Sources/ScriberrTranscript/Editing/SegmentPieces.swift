import ScriberrCore

/// A segment with its words.
struct SegmentPiece {
    var segment: Segment
    var words: [Word]

    /// The same stretch with another text; words that stay keep their times.
    func saying(_ text: String) -> SegmentPiece {
        var piece = self
        piece.segment.text = text
        if !words.isEmpty { piece.words = WordRealignment.words(words, saying: text, in: segment) }
        return piece
    }

    /// The same said by somebody else.
    func spoken(by speaker: String?) -> SegmentPiece {
        var piece = self
        piece.segment.speaker = speaker
        for index in piece.words.indices { piece.words[index].speaker = speaker }
        return piece
    }

    /// Two pieces: what stands before a UTF-16 unit of the text, and the rest. Throws when one of them would be empty.
    func split(atUTF16 offset: Int, secondID: String) throws(ScriberrError) -> [SegmentPiece] {
        let units = segment.text.utf16
        guard offset > 0, offset < units.count else { throw .edit("offset lies outside the text") }
        let place = units.index(units.startIndex, offsetBy: offset)
        let left = Spacing.tidied(String(segment.text[..<place]))
        let right = Spacing.tidied(String(segment.text[place...]))
        guard left.contains(where: Surface.isContent), right.contains(where: Surface.isContent) else {
            throw .edit("both halves need a word")
        }
        var (first, second) = (self, self)
        (first.segment.text, second.segment.text, second.segment.id) = (left, right, secondID)
        let count = wordCount(saying: left)
        first.words = Array(words[..<count])
        second.words = Array(words[count...])
        let share = Double(left.count) / Double(left.count + right.count)
        let middle = rounded(segment.start + (segment.end - segment.start) * share)
        first.segment.end = first.words.last.map { min($0.end, segment.end) } ?? middle
        second.segment.start = second.words.first.map { max($0.start, first.segment.end) } ?? max(middle, first.segment.end)
        return [first, second]
    }

    /// How many words it takes to say `text`, the beginning of this.
    private func wordCount(saying text: String) -> Int {
        var open = text.lazy.filter(Surface.isContent).count
        var count = 0
        while open > 0, count < words.count {
            open -= words[count].word.lazy.filter(Surface.isContent).count
            count += 1
        }
        // A word that was cut goes with its longer end; either way both halves together say the same.
        return count
    }
}

/// Milliseconds, as they are stored.
func rounded(_ seconds: Double) -> Double { (seconds * 1_000).rounded() / 1_000 }

/// A transcript taken apart by segments, to be changed and put together again. Words that lie in no segment keep their place.
struct SegmentPieces {
    private var pieces: [(lead: [Word], piece: SegmentPiece)] = []
    private var tail: [Word]

    init(_ transcript: Transcript) {
        let ranges = SegmentWords.ranges(of: transcript.segments, words: transcript.words)
        var reached = 0
        for (segment, range) in zip(transcript.segments, ranges) {
            let lead = Array(transcript.words[reached..<max(reached, range.lowerBound)])
            pieces.append((lead, SegmentPiece(segment: segment, words: Array(transcript.words[range]))))
            reached = max(reached, range.upperBound)
        }
        tail = Array(transcript.words[reached...])
    }

    var count: Int { pieces.count }

    func index(of id: String) -> Int? { pieces.firstIndex { $0.piece.segment.id == id } }

    mutating func edit(_ index: Int, _ change: (SegmentPiece) throws(ScriberrError) -> [SegmentPiece]) throws(ScriberrError) {
        let new = try change(pieces[index].piece)
        replace(index, by: new)
    }

    mutating func editAll(_ change: (SegmentPiece) -> [SegmentPiece]) {
        for index in pieces.indices.reversed() { replace(index, by: change(pieces[index].piece)) }
    }

    mutating func join(_ index: Int) {
        let (lead, next) = pieces[index + 1]
        var piece = pieces[index].piece
        piece.segment.text = Spacing.join([piece.segment.text, next.segment.text])
        piece.segment.end = max(piece.segment.end, next.segment.end)
        piece.words += lead + next.spoken(by: piece.segment.speaker).words
        pieces[index].piece = piece
        pieces.remove(at: index + 1)
    }

    private mutating func replace(_ index: Int, by new: [SegmentPiece]) {
        let lead = pieces[index].lead
        if new.isEmpty {
            if index + 1 < pieces.count { pieces[index + 1].lead = lead + pieces[index + 1].lead } else { tail = lead + tail }
        }
        let made = new.enumerated().map { (lead: $0.offset == 0 ? lead : [], piece: $0.element) }
        pieces.replaceSubrange(index...index, with: made)
    }

    /// The whole again. The running text follows from the segments.
    func transcript(like old: Transcript) -> Transcript {
        var transcript = old
        transcript.segments = pieces.map(\.piece.segment)
        transcript.words = pieces.flatMap { $0.lead + $0.piece.words } + tail
        transcript.text = Spacing.join(transcript.segments.map { Spacing.tidied($0.text) })
        return transcript
    }
}
