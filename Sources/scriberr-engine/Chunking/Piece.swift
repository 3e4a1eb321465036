/// A stretch of speech to be recognized on its own. Places are samples of the recording, so that every run over it
/// comes to the very same numbers.
struct Piece: Sendable {
    /// Counts from 0 in a recording.
    var index: Int
    var firstSample: Int
    /// Never empty; every sample is finite and within -1...1.
    var samples: [Float]
    /// Where a later run can go on with the next piece and get the same result.
    var resumeSample: Int
    /// How much of it is speech, pauses and padding left out.
    var speechSamples: Int

    var start: Double { seconds(ofSamples: firstSample) }
    var end: Double { seconds(ofSamples: firstSample + samples.count) }
    var resumeAt: Double { seconds(ofSamples: resumeSample) }
    var speechSeconds: Double { seconds(ofSamples: speechSamples) }

    /// A time within the piece as a time of the recording, to the millisecond and not behind the piece's end.
    func time(_ offset: Double) -> Double { min(((start + offset) * 1_000).rounded() / 1_000, end) }
}
