/// Where a transcript is cut into segments.
package struct SegmentRules: Sendable, Hashable {
    /// A silence of this many seconds ends a segment.
    package var pauseSeconds: Double
    /// Longer segments are cut at their longest pause or at a clause.
    package var maximumSeconds: Double
    /// Segments of more characters are cut likewise.
    package var maximumCharacters: Int

    /// 0.8 s of silence, at most 20 s and 240 characters: a paragraph of speech that still fits on a screen.
    package init(pauseSeconds: Double = 0.8, maximumSeconds: Double = 20, maximumCharacters: Int = 240) {
        self.pauseSeconds = pauseSeconds
        self.maximumSeconds = maximumSeconds
        self.maximumCharacters = maximumCharacters
    }
}
