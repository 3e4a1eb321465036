import ScriberrCore

/// A segment with its words.
struct SegmentPiece {
    var segment: Segment
    var words: [Word]

    /// The same stretch with another text; words that stay keep their times. One that had nothing but marks gets words where `isTimed` says
    /// that the transcript has any.
    func saying(_ text: String, isTimed: Bool) -> SegmentPiece {
        var piece = self
        piece.segment.text = text
        let hadOnlyMarks = words.isEmpty && !segment.text.contains(where: Surface.isContent)
        if !words.isEmpty || (isTimed && hadOnlyMarks) {
            piece.words = WordRealignment.words(words, saying: text, in: segment)
        }
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
        (first.words, second.words) = divided(saying: left)
        let share = Double(left.count) / Double(left.count + right.count)
        let middle = rounded(segment.start + (segment.end - segment.start) * share)
        first.segment.end = first.words.last.map { min($0.end, segment.end) } ?? middle
        second.segment.start = second.words.first.map { max($0.start, first.segment.end) } ?? max(middle, first.segment.end)
        return [first, second]
    }

    /// The words that say `text`, the beginning of this, and the rest. A word that was cut becomes two.
    private func divided(saying text: String) -> ([Word], [Word]) {
        var open = text.lazy.filter(Surface.isContent).count
        var count = 0
        while open > 0, count < words.count {
            let length = words[count].word.lazy.filter(Surface.isContent).count
            if length > open {
                let (left, right) = words[count].divided(behind: open, of: length)
                return (words[..<count] + [left], [right] + words[(count + 1)...])
            }
            open -= length
            count += 1
        }
        return (Array(words[..<count]), Array(words[count...]))
    }
}

extension Word {
    /// Two words: what stands before the character behind the first `count` that are no marks, of `total`, and the rest. Each has its share
    /// of the time.
    fileprivate func divided(behind count: Int, of total: Int) -> (Word, Word) {
        var (place, open) = (word.startIndex, count)
        while open > 0, place < word.endIndex {
            if Surface.isContent(word[place]) { open -= 1 }
            place = word.index(after: place)
        }
        var (left, right) = (self, self)
        (left.word, right.word) = (String(word[..<place]), String(word[place...]))
        let middle = rounded(start + (end - start) * Double(count) / Double(total))
        (left.end, right.start) = (middle, middle)
        return (left, right)
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

    mutating func editAll(_ change: (SegmentPiece) throws(ScriberrError) -> [SegmentPiece]) throws(ScriberrError) {
        for index in pieces.indices.reversed() { try edit(index, change) }
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
