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
    /// Where in it speech is, in order, as positions in ``samples``.
    var stretches: [Range<Int>]

    var start: Double { seconds(ofSamples: firstSample) }
    var end: Double { seconds(ofSamples: firstSample + samples.count) }
    var resumeAt: Double { seconds(ofSamples: resumeSample) }
    var speechSeconds: Double { seconds(ofSamples: stretches.reduce(0) { $0 + $1.count }) }
    var length: Double { seconds(ofSamples: samples.count) }

    /// Where the pause behind the stretch of speech at `offset` begins, in seconds from the piece's start. Words that begin
    /// before it end with it: no model tells that well by itself.
    func silence(after offset: Double) -> Double {
        let margin = 0.15
        let end = stretches.lazy.map { seconds(ofSamples: $0.upperBound) + margin }.first { $0 > offset + margin }
        return end ?? length
    }

    /// Where somebody speaks, in seconds from the piece's start. The detector is a little late with beginnings and ends.
    var spokenStretches: [Range<Double>] {
        let late = 0.1
        return stretches.map { stretch in
            let start = max(seconds(ofSamples: stretch.lowerBound) - late, 0)
            return start..<max(seconds(ofSamples: stretch.upperBound) - late, start)
        }
    }

    /// A time within the piece as a time of the recording, to the millisecond and not behind the piece's end.
    func time(_ offset: Double) -> Double { min(((start + offset) * 1_000).rounded() / 1_000, end) }
}

extension Piece {
    /// The piece cut in two at its longest pause, or at its quietest point near the middle; itself when it is short.
    func halves() -> [Piece] {
        guard samples.count >= 4 * sampleRate else { return [self] }
        let middle = (samples.count / 4)..<(samples.count * 3 / 4)
        let pauses = zip(stretches, stretches.dropFirst()).map { $0.upperBound..<$1.lowerBound }.filter { $0.overlaps(middle) }
        let pause = pauses.max { $0.count < $1.count }
        let cut = pause.map { ($0.lowerBound + $0.upperBound) / 2 } ?? QuietestPoint.find(in: samples[...], within: middle)
        return [part(0..<cut), part(cut..<samples.count)]
    }

    private func part(_ range: Range<Int>) -> Piece {
        var part = self
        part.firstSample += range.lowerBound
        part.samples = Array(samples[range])
        part.stretches = stretches.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
            .map { ($0.lowerBound - range.lowerBound)..<($0.upperBound - range.lowerBound) }
        return part
    }
}
