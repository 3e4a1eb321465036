import Foundation
import ScriberrCore
import Testing

@testable import ScriberrMedia

@Suite struct DecodeTests {
    @Test(arguments: [
        "a.wav", "a.mp3", "a.m4a", "a.ogg", "a.opus", "a.flac", "a.webm", "a.wma", "a.aiff", "a.wv", "v.mp4", "v.mkv", "v.mov",
    ])
    func `every kind of recording becomes the same tone at 16 kHz`(name: String) async throws {
        try await withFixtures { fixtures in
            let path = name.hasPrefix("v") ? try await fixtures.film(name) : try await fixtures.tone(name)

            let decoded = try await fixtures.tools.decodeAll(path)

            #expect(abs(decoded.audio.seconds - 2) < 0.15)
            #expect(decoded.audio.samples == Int64(decoded.samples.count))
            // Some decoders give their first samples a moment late.
            let tone = decoded.samples.drop { abs($0) < 0.03 }
            #expect(abs(pitch(of: Array(tone)) - 440) < 5)
            #expect(decoded.samples.count - tone.count < 2_000)
            #expect(!decoded.audio.isTruncated)
            #expect(!decoded.audio.reachedLimit)
        }
    }

    @Test func `a part is cut out where it was asked for`() async throws {
        try await withFixtures { fixtures in
            // Two seconds of silence, then two of tone.
            try await fixtures.ffmpeg([
                "-f", "lavfi", "-i", "sine=440:r=48000:d=4", "-af", "volume=enable='lt(t,2)':volume=0", fixtures.path("a.flac"),
            ])

            let silence = try await fixtures.tools.decodeAll(fixtures.path("a.flac"), end: 1.5)
            let tone = try await fixtures.tools.decodeAll(fixtures.path("a.flac"), start: 2.25, end: 3.75)

            #expect(silence.samples.count == 24_000)
            #expect(silence.samples.allSatisfy { abs($0) < 0.01 })
            #expect(tone.samples.count == 24_000)
            #expect(abs(pitch(of: tone.samples) - 440) < 5)
        }
    }

    @Test(arguments: ["late.mp4", "late.mkv", "late.mov", "late.webm", "late.ogv", "late.ts", "late.mpg"])
    func `sound that begins behind the picture keeps its place`(name: String) async throws {
        try await withFixtures { fixtures in
            let path = try await fixtures.lateSound(name, by: 1.5)

            let whole = try await fixtures.tools.decodeAll(path)
            let part = try await fixtures.tools.decodeAll(path, start: 1, end: 3)
            let inside = try await fixtures.tools.decodeAll(path, start: 2, end: 3)

            #expect(abs(onset(of: whole.samples) - 1.5) < 0.03)
            #expect(abs(whole.audio.seconds - 3.5) < 0.1)
            #expect(abs(onset(of: part.samples) - 0.5) < 0.03)
            #expect(abs(part.audio.seconds - 2) < 0.01)
            #expect(onset(of: inside.samples) < 0.03)
            #expect(abs(inside.audio.seconds - 1) < 0.01)
            let outline = try await fixtures.tools.peaks(path, buckets: 350)
            #expect(outline.peaks[..<145].allSatisfy { $0.high < 0.03 } && outline.peaks[155].high > 0.05)
        }
    }

    @Test func `silence in front has a limit, and the sound is never lost to it`() async throws {
        try await withFixtures { fixtures in
            let path = try await fixtures.lateSound("film.mkv", by: 4_000)
            let decoded = try await fixtures.tools.decodeAll(path)
            #expect(abs(decoded.audio.seconds - 2) < 0.1)
            #expect(onset(of: decoded.samples) < 0.03)
        }
    }

    @Test(arguments: ["a.mp3", "a.m4a", "a.webm", "a.mka", "a.ogg"])
    func `a file whose clock does not begin at zero is not longer for it`(name: String) async throws {
        try await withFixtures { fixtures in
            for offset in ["5", "-0.5"] {
                let path = try await fixtures.tone(name, seconds: 2, "-output_ts_offset", offset)
                let decoded = try await fixtures.tools.decodeAll(path)
                // A negative beginning is cut off in an edit list, and kept elsewhere.
                #expect(decoded.audio.seconds < 2.1 && decoded.audio.seconds > 1.4, "\(offset)")
                #expect(onset(of: decoded.samples) < 0.05, "\(offset)")
            }
        }
    }

    @Test func `a gap in the middle is not filled`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.ffmpeg([
                "-f", "lavfi", "-i", "sine=440:r=48000:d=4", "-af", "aselect='lt(t,1)+gte(t,3)'", "-c:a", "flac",
                fixtures.path("gap.mka"),
            ])
            let decoded = try await fixtures.tools.decodeAll(fixtures.path("gap.mka"))
            #expect(abs(decoded.audio.seconds - 2) < 0.1)
        }
    }

    @Test func `a part behind the end is empty, not an error`() async throws {
        try await withFixtures { fixtures in
            let path = try await fixtures.tone("a.wav")
            let decoded = try await fixtures.tools.decodeAll(path, start: 10, end: 11)
            #expect(decoded.samples.isEmpty)
        }
    }

    @Test func `a recording is cut at the limit and says so`() async throws {
        try await withFixtures { fixtures in
            let path = try await fixtures.tone("a.mp3", seconds: 5)

            let cut = try await fixtures.tools.decodeAll(path, maxSeconds: 3)
            let whole = try await fixtures.tools.decodeAll(path, maxSeconds: 6)

            #expect(cut.samples.count == 48_000)
            #expect(cut.audio.reachedLimit)
            #expect(!whole.audio.reachedLimit)
        }
    }

    @Test func `a bomb of silence gives no more than was asked for`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.ffmpeg(["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=7200", fixtures.path("bomb.wv")])
            let size = try FileManager.default.attributesOfItem(atPath: fixtures.path("bomb.wv"))[.size] as? Int ?? 0
            #expect(size < 1_000_000, "two hours are 460 MB of samples")

            var largest = 0
            let decoded = try await fixtures.tools.decode(fixtures.path("bomb.wv"), maxSeconds: 60) {
                largest = max(largest, $0.count)
            }

            #expect(decoded.samples == 960_000)
            #expect(decoded.reachedLimit)
            #expect(largest <= 1 << 18, "pieces stay small: \(largest) samples")
            #expect(try fixtures.childrenLeft().isEmpty)
        }
    }

    @Test(arguments: ["a.mp3", "a.ogg", "a.flac"])
    func `a recording that ends early is decoded as far as it goes and marked`(name: String) async throws {
        try await withFixtures { fixtures in
            let whole = try await fixtures.tone(
                name,
                seconds: 10,
                "-c:a",
                ["a.mp3": "libmp3lame", "a.ogg": "libvorbis"][name] ?? "flac"
            )
            let expected = try await fixtures.tools.probe(whole).durationSeconds
            let part = try fixtures.cut(name, to: 0.5, as: "part")

            let decoded = try await fixtures.tools.decodeAll(part, expectedSeconds: expected)

            #expect(decoded.audio.isTruncated)
            #expect(decoded.audio.seconds > 2 && decoded.audio.seconds < 8)
        }
    }

    @Test func `canceling ends the decoder at once`() async throws {
        try await withFixtures { fixtures in
            let path = try await fixtures.tone("a.wav", seconds: 600)
            let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await fixtures.tools.decode(path) { _ in
                    beginning.yield()
                    // Longer than the test may take: only cancellation gets past it.
                    try await Task.sleep(for: .seconds(600))
                }
            }
            for await _ in begun { break }
            #expect(try !fixtures.childrenLeft().isEmpty, "the decoder runs")

            task.cancel()

            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try fixtures.childrenLeft().isEmpty)
        }
    }

    @Test func `what the reader throws ends the decoder and comes back`() async throws {
        struct Enough: Error {}
        try await withFixtures { fixtures in
            let path = try await fixtures.tone("a.wav", seconds: 600)
            await #expect(throws: Enough.self) { try await fixtures.tools.decode(path) { _ in throw Enough() } }
            #expect(try fixtures.childrenLeft().isEmpty)
        }
    }

    @Test func `a decoder waits for its reader`() async throws {
        struct Enough: Error {}
        try await withFixtures { fixtures in
            let path = try await fixtures.tone("a.wav", seconds: 600)
            var written = 0
            await #expect(throws: Enough.self) {
                try await fixtures.tools.decode(path) { _ in
                    // We take one piece and then nothing, until the decoder has stopped writing.
                    var quietLooks = 0
                    while quietLooks < 50 {
                        let now = try fixtures.bytesWrittenByChildren()
                        quietLooks = now == written ? quietLooks + 1 : 0
                        written = now
                        try await Task.sleep(for: .milliseconds(2))
                    }
                    throw Enough()
                }
            }
            #expect(written > 0 && written < 1 << 20, "of 38 MB the decoder wrote \(written) bytes")
        }
    }

    @Test func `samples cut anywhere are put together and made safe`() {
        let values: [Float] = [0.25, .nan, -.infinity, 7, -7, .infinity, -0.5]
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        for length in 1...bytes.count {
            var reader = SampleReader()
            var samples: [Float] = []
            for start in stride(from: 0, to: bytes.count, by: length) {
                Array(bytes[start..<min(start + length, bytes.count)]).withUnsafeBytes { samples += reader.read($0) }
            }
            #expect(samples == [0.25, 0, 0, 1, -1, 0, -0.5], "pieces of \(length)")
        }
    }

    @Test func `not-a-number in a file of floats does not come out`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.ffmpeg([
                "-f", "lavfi", "-i", "aevalsrc='if(lt(mod(n,3),1),NAN,if(lt(mod(n,3),2),1e30,-1e30))':s=16000:d=1", "-c:a",
                "pcm_f32le", fixtures.path("a.wav"),
            ])
            let decoded = try await fixtures.tools.decodeAll(fixtures.path("a.wav"))
            #expect(decoded.samples.allSatisfy { $0.isFinite && abs($0) <= 1 })
            #expect(decoded.samples.contains(0) && decoded.samples.contains(1))
        }
    }
}
