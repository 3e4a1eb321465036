import Foundation
import ScriberrCore
import Testing

@testable import ScriberrTranscript

private func parse(_ text: String) -> Transcript { StoredTranscript.parse(Array(text.utf8)) }

private func json(_ transcript: Transcript) -> String { String(decoding: CanonicalJSON.encode(transcript), as: UTF8.self) }

@Suite struct StoredTranscriptTests {
    @Test func `what is no JSON object is text`() {
        for text in ["hello there", "[1,2]", "5", "\"quoted\"", "{\"text\":", "true", "{} trailing", "{\"a\":1,}"] {
            #expect(parse(text) == Transcript(text: text, segments: [], words: []))
        }
    }

    @Test func `nothing, an empty value and null are an empty transcript`() {
        let empty = Transcript(text: "", segments: [], words: [])
        #expect(StoredTranscript.parse(nil) == empty)
        #expect(parse("") == empty)
        #expect(parse("null") == empty)
        #expect(parse(" null ") == empty)
        #expect(parse("{}") == empty)
    }

    @Test func `missing arrays are empty and a missing text is put together from the segments`() {
        #expect(parse(#"{"text":"hi"}"#) == Transcript(text: "hi", segments: [], words: []))
        let rebuilt = parse(#"{"segments":[{"start":0,"end":1,"text":" Hello "},{"start":1,"end":2,"text":"there."}]}"#)
        #expect(rebuilt.text == "Hello there.")
        #expect(rebuilt.segments.map(\.id) == ["seg_000001", "seg_000002"])
    }

    @Test func `numeric ids, text times and unknown keys are read`() {
        let read = parse(#"{"text":"a","segments":[{"id":7,"start":"1.5","end":2,"text":"a","tokens":[1,2],"x":{"y":null}}]}"#)
        #expect(read.segments == [Segment(id: "7", start: 1.5, end: 2, text: "a")])
        #expect(read.text == "a")
    }

    @Test func `WhisperX words, scores and unaligned words are read`() {
        let read = parse(
            """
            {"segments":[{"start":0.1,"end":1,"text":"in 2019","speaker":"SPEAKER_01"}],
             "word_segments":[{"word":"in","start":0.1,"end":0.3,"score":0.9,"speaker":"SPEAKER_01"},{"word":"2019"}],"language":"en"}
            """
        )
        #expect(read.words.map(\.word) == ["in", "2019"])
        #expect(read.words[0].confidence == 0.9)
        #expect(read.words[1].start == 0.3 && read.words[1].end == 0.3)
        #expect(read.language == "en" && read.segments[0].speaker == "SPEAKER_01")
    }

    @Test func `words inside segments are found`() {
        let read = parse(
            #"{"segments":[{"start":0,"end":1,"text":"a","words":[{"word":" a","start":0,"end":1,"probability":0.5}]}]}"#
        )
        #expect(read.words == [Word(start: 0, end: 1, word: "a", confidence: 0.5)])
    }

    @Test func `wrong types never lose the rest`() {
        let read = parse(
            #"{"text":"kept","segments":"none","words":[1,null,{"word":"a","start":true,"end":null}],"engine":[],"language":5}"#
        )
        #expect(read.text == "kept" && read.segments.isEmpty)
        #expect(read.words == [Word(start: 0, end: 0, word: "a")])
    }

    @Test func `Python's NaN, lone surrogates and a byte order mark are survived`() {
        let read = parse("\u{FEFF}" + #"{"text":"a\ud83d\ude00b\ud83dc","segments":[{"start":NaN,"end":-Infinity,"text":"x"}]}"#)
        #expect(read.text == "a😀b\u{FFFD}c")
        #expect(read.segments.first?.start == 0)
    }

    @Test func `depth, rubbish and cut off bytes never trap`() {
        _ = StoredTranscript.parse(Array(String(repeating: "[", count: 100_000).utf8))
        let whole = CanonicalJSON.encode(wildTranscript(5))
        for end in stride(from: 0, to: whole.count, by: 7) { _ = StoredTranscript.parse(Array(whole[..<end])) }
        var random = SeededGenerator(1)
        for _ in 0..<2_000 {
            var bytes = whole
            for _ in 0..<4 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            _ = StoredTranscript.parse(bytes)
        }
    }

    @Test func `canonical JSON has stable keys, clean numbers and no unknown speakers`() {
        let transcript = Transcript(
            text: "a",
            language: "en",
            segments: [Segment(id: "seg_000001", start: 0.1 + 0.2, end: 1.2000000000000002, text: "a")],
            words: [
                Word(start: 0, end: 12.3456, word: "\"\\\n\u{1}\u{7F}é😀\u{2028}", confidence: 0.87654, speaker: "SPEAKER_00"),
                Word(start: .nan, end: -.infinity, word: "b", confidence: .nan),
            ],
            engine: .init(provider: "local", transcriptionModel: "whisper-base")
        )
        #expect(
            json(transcript)
                == #"{"text":"a","language":"en","segments":[{"id":"seg_000001","start":0.3,"end":1.2,"text":"a"}],"#
                + #""words":[{"start":0,"end":12.346,"word":"\"\\\n\u0001\u007fé😀"# + "\u{2028}"
                + #"","confidence":0.8765,"speaker":"SPEAKER_00"},{"start":0,"end":0,"word":"b"}],"#
                + #""engine":{"provider":"local","transcription_model":"whisper-base"}}"#
        )
        #expect(json(Transcript(text: "", segments: [], words: [])) == #"{"text":"","segments":[],"words":[],"engine":{}}"#)
    }

    @Test(arguments: 0..<60) func `what is written is read back the same, by us and by Foundation`(seed: Int) throws {
        let transcript = wildTranscript(UInt64(seed))
        let bytes = CanonicalJSON.encode(transcript)
        let read = StoredTranscript.parse(bytes)
        #expect(CanonicalJSON.encode(read) == bytes, "seed \(seed)")
        #expect(read.text == transcript.text && read.segments.map(\.text) == transcript.segments.map(\.text), "seed \(seed)")
        let decoded = try JSONDecoder().decode(Transcript.self, from: Data(bytes))
        #expect(decoded == read, "seed \(seed)")
    }

    @Test func `a served transcript names its transcription first`() {
        let bytes = CanonicalJSON.encode(Transcript(text: "a", segments: [], words: []), transcriptionID: "tr_1")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text == #"{"transcription_id":"tr_1","text":"a","segments":[],"words":[],"engine":{}}"#)
    }
}
