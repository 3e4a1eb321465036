/// The outline of a recording: for each equal part of it the lowest and the highest sample.
package struct Waveform: Sendable, Hashable {
    /// Lowest and highest sample of one part, within ±1.
    package struct Peak: Sendable, Hashable {
        /// The lowest sample.
        package var low: Float
        /// The highest sample.
        package var high: Float

        /// Makes a peak.
        package init(low: Float, high: Float) {
            self.low = low
            self.high = high
        }

        func joined(_ other: Peak) -> Peak { Peak(low: min(low, other.low), high: max(high, other.high)) }
    }

    /// In order of time.
    package var peaks: [Peak]
    /// The length of the recording.
    package var seconds: Double
}

extension MediaTools {
    /// Decodes the recording once and outlines it in `buckets` parts; memory does not depend on the length.
    package nonisolated(nonsending) func peaks(
        _ path: String,
        buckets: Int,
        maxSeconds: Double = 86_400
    ) async throws -> Waveform {
        precondition(buckets > 0, "A waveform has at least one part.")
        var outline = PeakOutline(buckets: buckets)
        let decoded = try await decode(path, maxSeconds: maxSeconds) { samples in outline.add(samples) }
        return Waveform(peaks: outline.peaks(), seconds: decoded.seconds)
    }
}

/// Collects peaks of a stream whose length is not known: blocks double in length whenever there are too many of them.
struct PeakOutline {
    private let buckets: Int
    private let blocksMax: Int
    private var blockLength = 64
    private var blocks: [Waveform.Peak] = []
    private var open: Waveform.Peak?
    private var openCount = 0

    init(buckets: Int) {
        self.buckets = buckets
        // Between 8 and 16 blocks per bucket at the end: their edges fit to a few percent of a bucket.
        self.blocksMax = buckets * 16
    }

    mutating func add(_ samples: ArraySlice<Float>) {
        for sample in samples {
            let peak = Waveform.Peak(low: sample, high: sample)
            open = open?.joined(peak) ?? peak
            openCount += 1
            if openCount == blockLength { closeBlock() }
        }
    }

    /// The outline so far; silence when there was nothing.
    func peaks() -> [Waveform.Peak] {
        let blocks = self.blocks + (open.map { [$0] } ?? [])
        guard !blocks.isEmpty else { return Array(repeating: Waveform.Peak(low: 0, high: 0), count: buckets) }
        return (0..<buckets).map { bucket in
            let start = bucket * blocks.count / buckets
            let end = max((bucket + 1) * blocks.count / buckets, start + 1)
            return blocks[start + 1..<end].reduce(blocks[start]) { $0.joined($1) }
        }
    }

    private mutating func closeBlock() {
        if let open { blocks.append(open) }
        open = nil
        openCount = 0
        guard blocks.count == blocksMax else { return }
        for index in 0..<blocks.count / 2 { blocks[index] = blocks[2 * index].joined(blocks[2 * index + 1]) }
        blocks.removeLast(blocks.count / 2)
        blockLength *= 2
    }
}
