package import ScriberrCore

/// A stretch of audio as an engine heard it: what a transcript is assembled from. Nothing in it is trusted.
package struct HeardPiece: Sendable, Hashable {
    /// Seconds of the recording.
    package var start: Double
    /// Seconds of the recording.
    package var end: Double
    /// What was heard, with its punctuation.
    package var text: String
    /// Empty when the model gives no word times.
    package var words: [Word]
    /// What the model itself set apart; used only where there are no words.
    package var segments: [Segment]
    /// The language the model found.
    package var language: String?

    package init(
        start: Double,
        end: Double,
        text: String,
        words: [Word] = [],
        segments: [Segment] = [],
        language: String? = nil
    ) {
        self.start = start
        self.end = end
        self.text = text
        self.words = words
        self.segments = segments
        self.language = language
    }
}
