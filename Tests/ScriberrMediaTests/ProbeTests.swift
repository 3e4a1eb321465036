import Foundation
import ScriberrCore
import ScriberrMedia
import Testing

@Suite struct ProbeTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        var codec: String
        var mimeType: String
        var options: [String] = []
        var testDescription: String { name }
    }

    static let recordings = [
        Kind(name: "a.wav", codec: "pcm_s16le", mimeType: "audio/wav"),
        Kind(name: "a.mp3", codec: "mp3", mimeType: "audio/mpeg"),
        Kind(name: "a.m4a", codec: "aac", mimeType: "audio/mp4"),
        Kind(name: "a.aac", codec: "aac", mimeType: "audio/aac"),
        Kind(name: "a.ogg", codec: "vorbis", mimeType: "audio/ogg", options: ["-c:a", "libvorbis"]),
        Kind(name: "a.opus", codec: "opus", mimeType: "audio/ogg"),
        Kind(name: "a.flac", codec: "flac", mimeType: "audio/flac"),
        Kind(name: "a.aiff", codec: "pcm_s16be", mimeType: "audio/aiff"),
        Kind(name: "a.wma", codec: "wmav2", mimeType: "audio/x-ms-wma"),
        Kind(name: "a.webm", codec: "opus", mimeType: "audio/webm"),
        Kind(name: "a.mka", codec: "vorbis", mimeType: "audio/x-matroska", options: ["-c:a", "libvorbis"]),
        Kind(name: "a.wv", codec: "wavpack", mimeType: "audio/x-wavpack"),
        Kind(name: "a.au", codec: "pcm_s16be", mimeType: "audio/basic"),
        Kind(name: "a.caf", codec: "pcm_s16be", mimeType: "audio/x-caf"),
    ]

    @Test(arguments: recordings)
    func `a recording is known by what it holds, whatever its name`(kind: Kind) async throws {
        try await withFixtures { fixtures in
            let made = try await fixtures.tone(kind.name)
            let nameless = fixtures.path("blob")
            try FileManager.default.moveItem(atPath: made, toPath: nameless)

            let info = try await fixtures.tools.probe(nameless)

            #expect(info.mimeType == kind.mimeType)
            #expect(info.audio == [MediaInfo.AudioStream(codec: kind.codec, sampleRate: 48_000, channels: 2)])
            #expect(!info.hasVideo)
            if kind.name != "a.aac" { #expect(abs((info.durationSeconds ?? 0) - 2) < 0.15) }
        }
    }

    @Test(arguments: [
        ("v.mp4", "video/mp4"), ("v.mov", "video/quicktime"), ("v.mkv", "video/x-matroska"), ("v.avi", "video/x-msvideo"),
        ("v.ts", "video/mp2t"), ("v.flv", "video/x-flv"),
    ])
    func `a film is a video with sound`(name: String, mimeType: String) async throws {
        try await withFixtures { fixtures in
            let rate = name == "v.flv" ? ["-ar", "44100"] : []
            try await fixtures.ffmpeg(
                ["-f", "lavfi", "-i", "testsrc=s=96x64:r=10:d=2", "-f", "lavfi", "-i", "sine=440:d=2"] + rate
                    + [fixtures.path(name)]
            )

            let info = try await fixtures.tools.probe(fixtures.path(name))

            #expect(info.mimeType == mimeType)
            #expect(info.hasVideo)
            #expect(info.audio.count == 1)
        }
    }

    @Test func `cover art does not make a song a video`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.ffmpeg([
                "-f", "lavfi", "-i", "sine=440:d=1", "-f", "lavfi", "-i", "color=red:s=64x64:d=0.04", "-frames:v", "1",
                "-c:v", "mjpeg", "-disposition:v", "attached_pic", "-id3v2_version", "3", fixtures.path("song.mp3"),
            ])

            let info = try await fixtures.tools.probe(fixtures.path("song.mp3"))

            #expect(!info.hasVideo)
            #expect(info.mimeType == "audio/mpeg")
        }
    }

    @Test func `a browser's recording without a length has none`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.tone("live.webm", seconds: 2, "-live", "1", "-f", "webm")

            let info = try await fixtures.tools.probe(fixtures.path("live.webm"))
            let decoded = try await fixtures.tools.decodeAll(fixtures.path("live.webm"))

            #expect(info.durationSeconds == nil)
            #expect(abs(decoded.audio.seconds - 2) < 0.1)
        }
    }

    @Test func `a header without sound is unreadable, and one sample is a recording`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.tone("a.wav", seconds: 1, "-bitexact")
            let header = try Data(contentsOf: URL(fileURLWithPath: fixtures.path("a.wav"))).prefix(44)
            var empty = header
            empty.replaceSubrange(40..<44, with: [0, 0, 0, 0])
            let streamed = header[..<40] + [0xFF, 0xFF, 0xFF, 0xFF]
            for (name, content) in [("empty", empty), ("cut", header), ("streamed", streamed)] {
                let path = try fixtures.write(name, Data(content))
                #expect(await code { _ = try await fixtures.tools.probe(path) } == .mediaUnreadable, "\(name)")
            }
            for (name, content) in [("one", header), ("live", streamed)] {
                let path = try fixtures.write(name, Data(content + [1, 0, 1, 0]))
                #expect(try await fixtures.tools.probe(path).durationSeconds != nil, "\(name)")
            }
        }
    }
}
