import ScriberrCore
import Testing

@testable import ScriberrTranscript

private func texts(_ pieces: HeardPiece..., rules: SegmentRules = SegmentRules()) -> [String] {
    TranscriptBuilder(rules: rules).transcript(from: pieces).segments.map(\.text)
}

@Suite struct TranscriptBuilderTests {
    @Test func `a sentence end, a pause and a new speaker end a segment`() {
        #expect(texts(piece(spoken("I came. You went"))) == ["I came.", "You went"])
        #expect(texts(piece(spoken("I came | and you"))) == ["I came", "and you"])
        var words = spoken("I came you went")
        for index in words.indices { words[index].speaker = index < 2 ? "a" : "b" }
        #expect(texts(piece(words)) == ["I came", "you went"])
        #expect(TranscriptBuilder().transcript(from: [piece(words)]).segments.map(\.speaker) == ["a", "b"])
    }

    @Test func `a silence of exactly the limit is a pause, a shorter one is none`() {
        #expect(texts(piece(spoken("a1 b1", gap: 0.8))) == ["a1", "b1"])
        #expect(texts(piece(spoken("a1 b1", gap: 0.799))) == ["a1 b1"])
    }

    @Test func `abbreviations, initials, numbers and lower case don't end a sentence`() {
        #expect(texts(piece(spoken("Dr. Who met J. Smith at 3.5 e.g. here... and left. Then"))).count == 2)
        #expect(texts(piece(spoken("He said “Stop!” Then ran."))) == ["He said “Stop!”", "Then ran."])
    }

    @Test func `Chinese and Japanese are joined without spaces and end at their own marks`() {
        let words = spoken("你 好 世 界 今 天", gap: 0)
        #expect(texts(piece(words, text: "你好，世界。今天")) == ["你好，世界。", "今天"])
        #expect(TranscriptBuilder().transcript(from: [piece(words, text: "你好，世界。今天")]).text == "你好，世界。今天")
        #expect(texts(piece(spoken("こんにちは 。 元気 ？ はい", gap: 0))) == ["こんにちは。", "元気？", "はい"])
    }

    @Test func `punctuation comes from the text when the words lack it`() {
        let words = spoken("hello world it's me")
        let transcript = TranscriptBuilder().transcript(from: [piece(words, text: " Hello, world!  “It's me.”")])
        #expect(transcript.segments.map(\.text) == ["Hello, world!", "“It's me.”"])
        #expect(transcript.words.map(\.word) == ["hello", "world", "it's", "me"])
        #expect(transcript.text == "Hello, world! “It's me.”")
    }

    @Test func `too long a segment is cut at its longest pause, else at a clause`() {
        let rules = SegmentRules(maximumCharacters: 40)
        let pause = spoken("one two three four five") + spoken("six seven eight nine ten", from: 2.5)
        #expect(texts(piece(pause), rules: rules) == ["one two three four five", "six seven eight nine ten"])
        let clause = spoken("one two three four, five six seven eight nine ten")
        #expect(texts(piece(clause), rules: rules) == ["one two three four,", "five six seven eight nine ten"])
        let timed = texts(piece(spoken("a b c d e f g h", seconds: 1, gap: 0)), rules: SegmentRules(maximumSeconds: 4))
        #expect(timed == ["a b c d", "e f g h"])
    }

    @Test func `segments take their borders from words and are numbered`() {
        let transcript = TranscriptBuilder().transcript(from: [piece(spoken("I came. You went.", from: 2))], language: "en")
        #expect(transcript.segments.map(\.id) == ["seg_000001", "seg_000002"])
        #expect(transcript.segments.map(\.start) == [transcript.words[0].start, transcript.words[2].start])
        #expect(transcript.segments.map(\.end) == [transcript.words[1].end, transcript.words[3].end])
        #expect(transcript.language == "en")
    }

    @Test func `a sentence may run over the border of two pieces`() {
        let first = piece(spoken("we go", from: 0))
        let second = piece(spoken("home. Bye", from: 0.8))
        #expect(texts(first, second) == ["we go home.", "Bye"])
    }

    @Test func `without words the model's segments count, without those the pieces`() {
        let own = HeardPiece(
            start: 10,
            end: 20,
            text: "One. Two.",
            segments: [Segment(start: 10, end: 12, text: " One."), Segment(start: 12, end: 99, text: "Two. ")]
        )
        let bare = HeardPiece(start: 20, end: 25, text: " Three. ", language: "de")
        let transcript = TranscriptBuilder().transcript(from: [own, bare, HeardPiece(start: 25, end: 30, text: " ")])
        #expect(transcript.segments.map(\.text) == ["One.", "Two.", "Three."])
        #expect(transcript.segments.map(\.end) == [12, 20, 25])
        #expect(transcript.words.isEmpty)
        #expect(transcript.text == "One. Two. Three.")
        #expect(transcript.language == "de")
    }

    @Test func `text that the words leave out is kept`() {
        let words = [Word(start: 1, end: 2, word: "hello")]
        let transcript = TranscriptBuilder().transcript(from: [piece(words, text: "hello, that is far more than was timed")])
        #expect(transcript.text == "hello, that is far more than was timed")
        #expect(transcript.words == words)
    }

    @Test func `nothing heard is an empty transcript`() {
        for pieces in [[], [HeardPiece(start: 0, end: 5, text: "")], [HeardPiece(start: .nan, end: -1, text: "\u{0}\n")]] {
            let transcript = TranscriptBuilder().transcript(from: pieces)
            #expect(transcript.text == "")
            #expect(transcript.segments.isEmpty && transcript.words.isEmpty)
        }
    }

    @Test func `the language heard longest wins`() {
        let pieces = [("en", 0.0, 5.0), ("de", 5.0, 12.0), ("en", 12.0, 15.0)].map {
            HeardPiece(start: $0.1, end: $0.2, text: "x", language: $0.0)
        }
        #expect(TranscriptBuilder().transcript(from: pieces).language == "en")
    }

    @Test(arguments: 0..<200) func `damaged times are mended and no word is lost`(seed: Int) {
        var random = SeededGenerator(UInt64(seed))
        var pieces = wildPieces(&random, words: 80, damaged: true)
        if seed % 3 == 0 { pieces[0].start = .nan }
        if seed % 5 == 0 { pieces[pieces.count - 1].end = -.infinity }
        let transcript = TranscriptBuilder().transcript(from: pieces)
        for (before, after) in zip(transcript.words, transcript.words.dropFirst()) {
            #expect(before.end <= after.start, "seed \(seed)")
        }
        for (before, after) in zip(transcript.segments, transcript.segments.dropFirst()) {
            #expect(before.start <= after.start, "seed \(seed)")
        }
        for word in transcript.words {
            #expect(word.start.isFinite && word.end.isFinite && word.start >= 0 && word.start <= word.end, "seed \(seed)")
        }
        let given = pieces.flatMap { $0.words.map { Spacing.tidied($0.word) } }.filter { !$0.isEmpty }
        #expect(transcript.words.map(\.word).sorted() == given.sorted(), "seed \(seed)")
        #expect(!transcript.text.contains("  "), "seed \(seed)")
        #expect(transcript.text == Spacing.join(transcript.segments.map(\.text)), "seed \(seed)")
    }

    @Test(arguments: 0..<100) func `every segment lies on word borders and keeps the limits`(seed: Int) {
        var random = SeededGenerator(UInt64(seed) + 1_000)
        let rules = SegmentRules(pauseSeconds: 0.8, maximumSeconds: 6, maximumCharacters: 50)
        let transcript = TranscriptBuilder(rules: rules).transcript(from: wildPieces(&random, words: 80))
        let starts = Set(transcript.words.map(\.start))
        let ends = Set(transcript.words.map(\.end))
        for segment in transcript.segments {
            #expect(starts.contains(segment.start) && ends.contains(segment.end), "seed \(seed)")
            let inside = transcript.words.count { $0.start >= segment.start && $0.end <= segment.end }
            let fits = segment.end - segment.start <= 6 && segment.text.count <= 50
            #expect(fits || inside <= 1 || segment.text.split(separator: " ").count == 1, "seed \(seed): \(segment)")
        }
    }
}
