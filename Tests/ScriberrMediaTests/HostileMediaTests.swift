import Foundation
import ScriberrCore
import ScriberrMedia
import Testing

@Suite struct HostileMediaTests {
    /// What the server refuses, by both ways in: probing and decoding.
    private func codes(_ fixtures: Fixtures, _ path: String) async throws -> [ScriberrError.Code?] {
        var delivered = 0
        let probed = await code { _ = try await fixtures.tools.probe(path) }
        let decoded = await code { _ = try await fixtures.tools.decode(path) { delivered += $0.count } }
        #expect(delivered == 0, "nothing of a refused file may come out")
        return [probed, decoded]
    }

    @Test(arguments: ["bad", "bad.mp3", "bad.wav", "bad.m4a", "bad.txt"])
    func `text is not a recording, whatever its name`(name: String) async throws {
        try await withFixtures { fixtures in
            let path = try fixtures.write(name, String(repeating: "This is only text.\n", count: 500))
            for code in try await codes(fixtures, path) {
                #expect(code == .mediaUnreadable || code == .unsupportedMediaType)
            }
        }
    }

    @Test func `an empty file, a missing file and a folder are refused before anything starts`() async throws {
        try await withFixtures { fixtures in
            let empty = try fixtures.write("empty.wav", "")
            #expect(try await codes(fixtures, empty) == [.mediaUnreadable, .mediaUnreadable])
            #expect(try await codes(fixtures, fixtures.path("none.wav")) == [.mediaMissing, .mediaMissing])
            #expect(try await codes(fixtures, fixtures.folder) == [.mediaUnreadable, .mediaUnreadable])
        }
    }

    @Test func `a header without sound is unreadable`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.tone("a.wav")
            let header = try fixtures.cut("a.wav", to: 0.0001, as: "h.wav")
            #expect(try await codes(fixtures, header) == [.mediaUnreadable, .mediaUnreadable])
        }
    }

    @Test(arguments: ["a.m4a", "v.mp4", "v.mov"])
    func `a file whose index is cut off is unreadable, and the reason is told`(name: String) async throws {
        try await withFixtures { fixtures in
            if name.hasPrefix("v") { try await fixtures.film(name) } else { try await fixtures.tone(name) }
            let path = try fixtures.cut(name, to: 0.6, as: "cut")
            let error = await failure { _ = try await fixtures.tools.probe(path) }
            #expect(error?.code == .mediaUnreadable)
            #expect(error?.message.contains("index") == true)
        }
    }

    @Test func `a film without sound is unreadable for us`() async throws {
        try await withFixtures { fixtures in
            try await fixtures.ffmpeg(["-f", "lavfi", "-i", "testsrc=s=96x64:r=10:d=1", fixtures.path("silent.mp4")])
            #expect(try await codes(fixtures, fixtures.path("silent.mp4")) == [.mediaUnreadable, .mediaUnreadable])
        }
    }

    @Test(arguments: ["p.png", "p.jpg", "p.gif", "p.mp3"])
    func `a picture is not supported, whatever its name`(name: String) async throws {
        try await withFixtures { fixtures in
            let made = fixtures.path(name == "p.mp3" ? "p.png" : name)
            try await fixtures.ffmpeg(["-f", "lavfi", "-i", "color=red:s=32x32:d=0.1", "-frames:v", "1", made])
            if made != fixtures.path(name) { try FileManager.default.moveItem(atPath: made, toPath: fixtures.path(name)) }
            let found = try await codes(fixtures, fixtures.path(name))
            #expect(found == [.unsupportedMediaType, .unsupportedMediaType])
        }
    }

    @Test(arguments: ["d.pdf", "d.mp3"])
    func `a document is not supported, whatever its name`(name: String) async throws {
        try await withFixtures { fixtures in
            let path = try fixtures.write(name, "%PDF-1.7\n" + String(repeating: "1 0 obj << /Length 9 >> stream\n", count: 200))
            #expect(try await codes(fixtures, path) == [.unsupportedMediaType, .unsupportedMediaType])
        }
    }

    /// Playlists of every kind that name `target`.
    private static func playlists(_ target: String) -> [String: String] {
        [
            "list.m3u8": "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n\(target)\n#EXT-X-ENDLIST\n",
            "list.ffconcat": "ffconcat version 1.0\nfile '\(target)'\n",
            "list.mpd": """
            <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S" \
            profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="audio/mp4"><Representation \
            id="1" bandwidth="1000" codecs="mp4a.40.2"><BaseURL>\(target)</BaseURL></Representation></AdaptationSet></Period></MPD>
            """,
            "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
            "list.asx": "<asx version=\"3.0\"><entry><ref href=\"\(target)\"/></entry></asx>",
        ]
    }

    @Test(arguments: ["", ".mp3"])
    func `a playlist reaches no other file, whatever its name`(ending: String) async throws {
        try await withFixtures { fixtures in
            try await fixtures.tone("other.ts", seconds: 1, "-c:a", "aac")
            try await fixtures.tone("other.m4a", seconds: 1)
            let targets = [
                "file:///etc/passwd", fixtures.path("other.ts"), "other.ts", "file://\(fixtures.path("other.ts"))",
                fixtures.path("other.m4a"), "other.m4a",
            ]
            for target in targets {
                for (name, text) in Self.playlists(target) {
                    let found = try await codes(fixtures, try fixtures.write(name + ending, text))
                    let refused: Set<ScriberrError.Code?> = [.unsupportedMediaType, .mediaUnreadable]
                    #expect(refused.isSuperset(of: found), "\(name)\(ending) → \(target)")
                }
            }
        }
    }

    @Test func `a playlist reaches no server`() async throws {
        try await withFixtures { fixtures in
            let listener = try LoopbackListener()
            for scheme in ["http", "tcp", "rtmp"] {
                for (name, text) in Self.playlists("\(scheme)://127.0.0.1:\(listener.port)/a.ts") {
                    for ending in ["", ".mp3"] {
                        _ = try await codes(fixtures, try fixtures.write(name + ending, text))
                    }
                }
            }
            #expect(listener.visitors() == 0)
            try listener.visit()
            #expect(listener.visitors() == 1, "the listener does notice visitors")
        }
    }

    @Test func `a name is never taken for a protocol or an option`() async throws {
        try await withFixtures { fixtures in
            for name in ["concat:a|b.wav", "http:x.wav", "-i.wav", "%03d.wav", "a b'\";$(touch x).wav"] {
                try await fixtures.tone("plain.wav", seconds: 1)
                try FileManager.default.moveItem(atPath: fixtures.path("plain.wav"), toPath: fixtures.path(name))
                #expect(try await fixtures.tools.probe(fixtures.path(name)).mimeType == "audio/wav")
                #expect(try await fixtures.tools.decodeAll(fixtures.path(name)).samples.count == 16_000)
            }
        }
    }

    @Test func `public words hold nothing of the file's place or the decoder's own words`() async throws {
        try await withFixtures { fixtures in
            let path = try fixtures.write("secret-name.mp3", String(repeating: "text ", count: 1_000))
            let error = await failure { _ = try await fixtures.tools.probe(path) }
            #expect(error?.message.contains("secret-name") == false)
            #expect(error?.message.contains("frame size") == false)
            #expect(error?.detail?.contains("frame size") == true)
        }
    }
}
