import ScriberrCore
import Testing

@testable import ScriberrTranscript

@Suite struct GrowingTextTests {
    @Test func `what pieces add reads, put together, as the finished transcript`() {
        let pieces = [
            piece(spoken("Good morning, everyone.")), piece(spoken("Did you see it?", from: 5)),
            HeardPiece(start: 9, end: 10, text: ""),
            piece(spoken("Yes.", from: 11)),
        ]
        var text = GrowingText()
        let additions = pieces.map { text.add($0) }
        let finished = TranscriptBuilder().transcript(from: pieces).text
        #expect(additions.joined() == finished)
        #expect(additions[2].isEmpty)
        #expect(text.finish(with: finished).isEmpty)
    }

    @Test func `scripts without spaces get none between pieces`() {
        var text = GrowingText()
        _ = text.add(HeardPiece(start: 0, end: 1, text: "今日は"))
        #expect(text.add(HeardPiece(start: 1, end: 2, text: "暑い")) == "暑い")
    }

    @Test func `the finished text adds what is missing, and nothing when it is another text`() {
        var text = GrowingText()
        _ = text.add(HeardPiece(start: 0, end: 1, text: "one two"))
        #expect(text.finish(with: "one two three") == " three")
        var other = GrowingText()
        _ = other.add(HeardPiece(start: 0, end: 1, text: "one two"))
        #expect(other.finish(with: "something else").isEmpty)
    }

    @Test func `log probabilities come for words whose confidence is known`() throws {
        let words = [
            Word(start: 0, end: 1, word: "ja", confidence: 0.5), Word(start: 1, end: 2, word: "né"),
            Word(start: 2, end: 3, word: "!", confidence: 0),
        ]
        let transcript = Transcript(text: "ja né!", language: "de", segments: [], words: words)
        let json = String(decoding: OpenAIMessages.answer(transcript, seconds: 2.2, logprobs: true), as: UTF8.self)
        #expect(
            json
                == #"{"text":"ja né!","languages":[{"code":"de"}],"logprobs":[{"token":"ja","logprob":-0.6931,"bytes":[106,97]}],"#
                + #""usage":{"type":"duration","seconds":3}}"#
        )
    }
}
