/// Where to cut when there is no pause.
enum QuietestPoint {
    /// 32 ms: longer than a vowel's period, shorter than the gap before a plosive.
    private static let window = 512

    /// The middle of the quietest window that lies in `range`, as an index of `samples`.
    static func find(in samples: ArraySlice<Float>, within range: Range<Int>) -> Int {
        var quietest = (position: range.upperBound, energy: Float.infinity)
        for start in stride(from: range.lowerBound, to: range.upperBound - window, by: window / 4) {
            let energy = samples[start..<(start + window)].reduce(0) { $0 + $1 * $1 }
            if energy < quietest.energy { quietest = (start + window / 2, energy) }
        }
        return quietest.position
    }
}
