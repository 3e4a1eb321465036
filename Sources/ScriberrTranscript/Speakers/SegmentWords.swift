import ScriberrCore

/// Which words each segment holds.
enum SegmentWords {
    /// One range of words for each segment, without gaps where that can be told.
    ///
    /// The texts decide when they agree with the words from the first to the last; then a word without length at a border
    /// is no riddle. Otherwise the middle of a word decides.
    static func ranges(of segments: [Segment], words: [Word]) -> [Range<Int>] {
        byText(segments, words) ?? byTime(segments, words)
    }

    private static func byText(_ segments: [Segment], _ words: [Word]) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var next = 0
        for segment in segments {
            let first = next
            var open = segment.text.lazy.filter(Surface.isContent).count
            while open > 0 {
                guard next < words.count else { return nil }
                open -= words[next].word.lazy.filter(Surface.isContent).count
                next += 1
            }
            // Words that are only marks belong to the word before them.
            while next < words.count, !words[next].word.contains(where: Surface.isContent) { next += 1 }
            guard open == 0, Surface.align(words[first..<next].map(\.word), to: segment.text) != nil || first == next else {
                return nil
            }
            ranges.append(first..<next)
        }
        return next == words.count ? ranges : nil
    }

    private static func byTime(_ segments: [Segment], _ words: [Word]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var next = 0
        for segment in segments {
            while next < words.count, middle(words[next]) < segment.start { next += 1 }
            let first = next
            while next < words.count, middle(words[next]) <= segment.end { next += 1 }
            ranges.append(first..<next)
        }
        return ranges
    }

    private static func middle(_ word: Word) -> Double { (word.start + word.end) / 2 }
}
