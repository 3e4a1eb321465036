import ScriberrCore

/// Repairs what engines get wrong about time: numbers that are none, negative, reversed, outside the piece or overlapping.
enum TimeMending {
    /// No recording is longer: 11 days. Times beyond it are taken for rubbish.
    static let latestSecond = 1_000_000.0

    /// Whether a number can be a time in a recording.
    static func isPlausible(_ seconds: Double) -> Bool { seconds.isFinite && seconds <= latestSecond }

    /// The piece's own borders, if they are usable: both numbers, not reversed, not before zero.
    static func borders(start: Double, end: Double) -> ClosedRange<Double>? {
        guard isPlausible(start), isPlausible(end), end > 0 else { return nil }
        return max(0, min(start, end))...max(0, max(start, end))
    }

    /// Two times as an interval within `borders`; a time that is missing is taken from the other, or is `fallback`.
    static func interval(_ start: Double, _ end: Double, within borders: ClosedRange<Double>?, fallback: Double) -> ClosedRange<
        Double
    > {
        let known = [start, end].filter(isPlausible).map { max(0, $0) }
        let from = clamp(known.min() ?? fallback, to: borders)
        let to = clamp(known.max() ?? fallback, to: borders)
        return from...max(from, to)
    }

    /// Words with usable times inside `borders`, in the order given.
    static func mended(_ words: [Word], within borders: ClosedRange<Double>?) -> [Word] {
        var reached = borders?.lowerBound ?? 0
        return words.map { word in
            let interval = interval(word.start, word.end, within: borders, fallback: reached)
            reached = interval.lowerBound
            var mended = word
            (mended.start, mended.end) = (interval.lowerBound, interval.upperBound)
            mended.confidence = word.confidence.flatMap { $0.isFinite ? min(1, max(0, $0)) : nil }
            return mended
        }
    }

    /// Makes times run forward over the whole recording: no word starts before the one in front of it, and none goes on
    /// into the next.
    static func runForward(_ words: inout [Word]) {
        for index in words.indices.dropFirst() {
            words[index].start = max(words[index].start, words[index - 1].start)
            words[index].end = max(words[index].end, words[index].start)
            words[index - 1].end = min(words[index - 1].end, words[index].start)
        }
    }

    private static func clamp(_ value: Double, to borders: ClosedRange<Double>?) -> Double {
        guard let borders else { return value }
        return min(max(value, borders.lowerBound), borders.upperBound)
    }
}
