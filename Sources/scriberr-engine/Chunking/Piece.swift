/// A stretch of speech to be recognized on its own.
struct Piece: Sendable {
    /// Counts from 0 in a recording.
    var index: Int
    /// Seconds of the recording.
    var start: Double
    /// Never empty; every sample is finite and within -1...1.
    var samples: [Float]
    /// Where a later run can go on with the next piece and get the same result.
    var resumeAt: Double
    /// Seconds of speech in it, pauses and padding left out.
    var speechSeconds: Double

    var end: Double { start + seconds(ofSamples: samples.count) }
}
