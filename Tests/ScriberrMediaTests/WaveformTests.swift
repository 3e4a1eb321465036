import Foundation
import Testing

@testable import ScriberrMedia

@Suite struct WaveformTests {
    @Test func `the outline follows the loudness of the recording`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.ffmpeg([
                "-f", "lavfi", "-i", "sine=440:r=16000:d=4", "-af",
                "volume=enable='lt(t,2)':volume=0,volume=enable='gte(t,2)':volume=4",
                fixtures.path("a.wav"),
            ])

            let waveform = try await fixtures.tools.peaks(fixtures.path("a.wav"), buckets: 100)

            #expect(waveform.peaks.count == 100)
            #expect(abs(waveform.seconds - 4) < 0.01)
            #expect(waveform.peaks[..<49].allSatisfy { $0.high < 0.01 && $0.low > -0.01 })
            #expect(waveform.peaks[51...].allSatisfy { $0.high > 0.4 && $0.low < -0.4 })
        }
    }

    @Test(arguments: [1, 2, 10, 63, 64, 65, 1_000, 1_024 * 64, 100_003, 1_000_000])
    func `an outline has its parts and both extremes for every length`(count: Int) {
        var outline = PeakOutline(buckets: 10)
        var fed = 0
        while fed < count {
            let size = min(777, count - fed)
            outline.add((fed..<fed + size).map { Float($0) / Float(count) }[...])
            fed += size
        }
        let peaks = outline.peaks()
        #expect(peaks.count == 10)
        #expect(peaks.first?.low == 0)
        #expect(peaks.last?.high == Float(count - 1) / Float(count))
        // A ramp: each part begins where the one before ended, give or take a block.
        for (index, peak) in peaks.enumerated() where count > 10_000 {
            #expect(abs(peak.low - Float(index) / 10) < 0.02)
            #expect(abs(peak.high - Float(index + 1) / 10) < 0.02)
        }
    }

    @Test func `nothing at all is silence`() {
        #expect(PeakOutline(buckets: 3).peaks() == Array(repeating: Waveform.Peak(low: 0, high: 0), count: 3))
    }
}
