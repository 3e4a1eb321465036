import ScriberrCore
import Testing

@testable import scriberr_engine

@Suite struct `Words from tokens` {
    private func token(_ text: String, _ start: Double, _ duration: Double? = nil, _ logProbability: Double? = nil) -> TimedToken
    {
        TimedToken(bytes: Array(text.utf8), start: start, duration: duration, logProbability: logProbability)
    }

    @Test func `pieces of a word are joined and a leading space starts the next`() {
        let words = TokenWords.words(
            of: [token(" hel", 0, 0.2, -0.1), token("lo", 0.24, 0.16, -0.3), token(" you", 0.6, 0.2, 0)],
            end: 2
        )
        #expect(words.map(\.word) == ["hello", "you"])
        #expect(words[0].start == 0 && abs(words[0].end - 0.4) < 1e-9)
        #expect(words[0].confidence.map { abs($0 - 0.8187) < 0.001 } == true && words[1].confidence == 1)
    }

    @Test func `the mark of word pieces counts as a space, alone too`() {
        let words = TokenWords.words(of: [token("▁a", 0), token("▁", 0.5), token("b", 0.6), token("c", 0.7)], end: 1)
        #expect(words.map(\.word) == ["a", "bc"])
    }

    @Test func `single letters with spaces between them make words`() {
        let words = TokenWords.words(of: ["h", "i", " ", "y", "o"].enumerated().map { token($1, Double($0)) }, end: 9)
        #expect(words.map(\.word) == ["hi", "yo"])
    }

    @Test func `words that go on are marked at their end by other families`() {
        let tokens = ["he@@", "llo", "wor@@", "ld", "你", "好"].enumerated().map { token($1, Double($0)) }
        let words = TokenWords.words(of: TokenWords.spaced(tokens), end: 9)
        #expect(words.map(\.word) == ["hello", "world", "你", "好"])
        #expect(words.map(\.start) == [0, 2, 4, 5])
    }

    @Test func `half a character in a token is joined before it is read`() {
        let halves = [TimedToken(bytes: [0x20, 0xc3], start: 0), TimedToken(bytes: [0xa9], start: 0.1)]
        #expect(TokenWords.words(of: halves, end: 1).map(\.word) == ["é"])
        let written = [token(" <0xC3>", 0), token("<0xC3>", 0.1), token("<0xA9>", 0.2)]
        #expect(TokenWords.words(of: Array(written.dropFirst()), end: 1).map(\.word) == ["é"])
    }

    @Test func `punctuation belongs to the word before it and special tokens to none`() {
        let words = TokenWords.words(
            of: [
                token("<|en|>", 0), token(" Yes", 0), token(",", 0.3), token(" no", 0.5), token(" .", 0.8), token("<unk>", 0.9),
            ],
            end: 1
        )
        #expect(words.map(\.word) == ["Yes,", "no."])
    }

    @Test func `every Chinese or Japanese character is a word`() {
        let words = TokenWords.words(
            of: [token("你", 0), token("好", 0.2), token("，", 0.3), token("ok", 0.5), token("カ", 0.9)],
            end: 1.2
        )
        #expect(words.map(\.word) == ["你", "好，", "ok", "カ"])
    }

    @Test func `without durations a word ends where the next begins, or soon after its last token`() {
        let words = TokenWords.words(of: [token(" a", 0), token(" b", 0.3), token(" c", 5)], end: 5.2)
        #expect(words.map(\.start) == [0, 0.3, 5])
        #expect(words.map { ($0.end * 100).rounded() / 100 } == [0.3, 0.9, 5.2])
        #expect(words.allSatisfy { $0.confidence == nil })
    }

    @Test func `times never leave the audio nor run backwards`() {
        let words = TokenWords.words(of: [token(" a", -1), token(" b", 0.5, 9), token(" c", 0.4), token(" d", 7)], end: 1)
        #expect(words.allSatisfy { 0 <= $0.start && $0.start <= $0.end && $0.end <= 1 })
    }

    @Test func `no tokens are no words`() {
        #expect(TokenWords.words(of: [], end: 1).isEmpty)
        #expect(TokenWords.words(of: [token("<blk>", 0), token(" ", 0.1)], end: 1).isEmpty)
    }
}

@Suite struct `Words without times of their own` {
    @Test func `are spread over speech by their length and skip the pause`() {
        let words = SpreadWords.words(of: "one two three four", over: [1..<2, 5..<6])
        #expect(words.map(\.word) == ["one", "two", "three", "four"])
        #expect(words.first?.start == 1 && words.last?.end == 6)
        #expect(words.allSatisfy { $0.start < $0.end && $0.confidence == nil })
        #expect(words.filter { $0.start < 2 }.count == 2)
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start })
    }

    @Test func `no text or no speech gives none`() {
        #expect(SpreadWords.words(of: "", over: [0..<1]).isEmpty)
        #expect(SpreadWords.words(of: "word", over: []).isEmpty)
    }

    @Test func `text without spaces is split into characters with their punctuation`() {
        #expect(SpreadWords.split("你好，ok 世界。 - yes!") == ["你", "好，", "ok", "世", "界。", "yes!"])
    }
}

@Suite struct `Loops in a text` {
    @Test(arguments: [
        "Thank you for watching. Thank you for watching. Thank you for watching. Thank you for watching.",
        "and and and and and and and and",
        "so it goes on and on and on and on and on",
        "你好你好你好你好",
    ])
    func `are found`(text: String) { #expect(Repetition.isLoop(text)) }

    @Test(arguments: [
        "", "no no no no", "thank you, thank you", "one two three four five six seven eight nine ten",
        "the more you know the more you know that you know nothing of the more that there is to know",
        "row row row your boat gently down the stream merrily merrily merrily merrily life is but a dream",
    ])
    func `are not what people say`(text: String) { #expect(!Repetition.isLoop(text)) }
}
