import ScriberrCore
import Testing

@testable import ScriberrTranscript

@Suite struct Editing {
    private func word(_ text: String, _ start: Double, _ end: Double, _ speaker: String? = "SPEAKER_00") -> Word {
        Word(start: start, end: end, word: text, confidence: 0.5, speaker: speaker)
    }

    /// Two segments of two speakers; the text has marks that the words lack.
    private var talk: EditedTranscript {
        EditedTranscript(
            transcript: Transcript(
                text: "Good morning, Bob. How are you?",
                language: "en",
                segments: [
                    Segment(id: "seg_000001", start: 1, end: 4, speaker: "SPEAKER_00", text: "Good morning, Bob."),
                    Segment(id: "seg_000002", start: 5, end: 7, speaker: "SPEAKER_01", text: "How are you?"),
                ],
                words: [
                    word("good", 1, 1.5), word("morning", 1.5, 2.5), word("bob", 3, 4), word("how", 5, 5.5, "SPEAKER_01"),
                    word("are", 5.5, 6, "SPEAKER_01"), word("you", 6, 7, "SPEAKER_01"),
                ]
            )
        )
    }

    private func edited(_ edits: TranscriptEdit...) throws -> EditedTranscript {
        var copy = talk
        for edit in edits { try copy.apply(edit) }
        return copy
    }

    @Test func `a segment gets a number that nobody has, however large the numbers of others are`() throws {
        for taken in ["seg_9223372036854775807", "seg_000002", "seg_999999999", "seg_-4"] {
            var copy = talk
            copy.transcript.segments[1].id = taken
            try copy.apply(.split(segment: "seg_000001", offset: 5))
            #expect(Set(copy.transcript.segments.map(\.id)).count == 3)
            #expect(copy.transcript.segments[2].id == taken)
        }
    }

    @Test func `replacements make no text longer than a segment may be`() throws {
        var copy = talk
        let grow = TranscriptEdit.replace(TextReplacement(find: "o", with: String(repeating: "o", count: 64)))
        #expect(throws: ScriberrError.self) { for _ in 0..<1_000 { try copy.apply(grow) } }
        #expect(copy.transcript.text.utf8.count < 250_000)
        // What a document made longer may stay as long.
        copy = talk
        copy.transcript.segments[0].text = String(repeating: "good ", count: 40_000)
        try copy.apply(.replace(TextReplacement(find: "good", with: "fine")))
        #expect(copy.transcript.segments[0].text.hasPrefix("fine fine"))
    }

    @Test(arguments: [
        ("aaaa", "aa", "b", "bb"), ("aabaab", "aab", "x", "xx"), ("abababc", "ABABC", "-", "ab-"), ("aa", "aaa", "b", "aa"),
        ("Ärger, ärger", "ÄRGER", "Mut", "Mut, Mut"), ("a cat, catalog", "cat", "dog", "a dog, catalog"),
    ])
    func `what is looked for is found from left to right, once each`(
        _ text: String,
        _ find: String,
        _ with: String,
        _ new: String
    )
        throws
    {
        let replacement = TextReplacement(find: find, with: with, wholeWords: find == "cat")
        #expect(try replacement.applied(to: text) == new)
    }

    @Test func `a text that nearly matches everywhere is looked through once`() throws {
        let text = String(repeating: "a", count: 100_000)
        let replacement = TextReplacement(find: String(repeating: "a", count: 50_000) + "b", with: "")
        #expect(try replacement.applied(to: text) == text)
    }

    @Test func `a long segment with nothing in common with its new text is done in moments`() throws {
        var copy = talk
        let (old, new) = ((0..<20_000).map { "a\($0)" }, (0..<20_000).map { "b\($0)" })
        copy.transcript.segments[0].text = old.joined(separator: " ")
        copy.transcript.words = old.enumerated().map { word($1, 1 + Double($0) / 10_000, 1 + Double($0 + 1) / 10_000) }
        copy.transcript.segments[0].end = 3
        copy.transcript.segments.removeLast()
        try copy.apply(.setText(segment: "seg_000001", text: String(new.joined(separator: " ").prefix(99_000))))
        #expect(copy.transcript.words.first?.word == "b0")
        #expect(copy.transcript.words.allSatisfy { $0.start >= 1 && $0.end <= 3 })
    }

    @Test func `a sentence that was nothing but marks for a while has words again`() throws {
        let new = try edited(
            .setText(segment: "seg_000001", text: "…"),
            .setText(segment: "seg_000001", text: "Good evening everybody.")
        )
        let words = new.transcript.words
        #expect(words.map(\.word) == ["Good", "evening", "everybody", "how", "are", "you"])
        #expect(words[0].start == 1 && words[2].end == 4 && words[0].end == words[1].start)
        // Where nobody has words, nobody gets some.
        var copy = talk
        copy.transcript.words = []
        try copy.apply(.setText(segment: "seg_000001", text: "…"))
        try copy.apply(.setText(segment: "seg_000001", text: "Good evening."))
        #expect(copy.transcript.words.isEmpty)
    }

    @Test func `a word that a split goes through becomes two, each with its share of the time`() throws {
        let new = try edited(
            .split(segment: "seg_000001", offset: 7),
            .setText(segment: "seg_000001", text: "Good evening")
        )
        #expect(new.transcript.segments.map(\.text) == ["Good evening", "rning, Bob.", "How are you?"])
        let words = new.transcript.words
        #expect(words.map(\.word) == ["good", "evening", "rning", "bob", "how", "are", "you"])
        #expect(words[1].start == 1.5 && words[1].end == 1.786 && words[2].start == 1.786 && words[2].end == 2.5)
    }

    @Test func `a changed word takes the time of the one it replaces and the others keep theirs`() throws {
        let words = try edited(.setText(segment: "seg_000001", text: "Good evening, Bob.")).transcript.words
        #expect(words.map(\.word) == ["good", "evening", "bob", "how", "are", "you"])
        #expect(words[1].start == 1.5 && words[1].end == 2.5)
        #expect(words[1].confidence == nil && words[0].confidence == 0.5)
        #expect(words[1].speaker == "SPEAKER_00")
    }

    @Test func `words put in between lie in the pause they stand in`() throws {
        let words = try edited(.setText(segment: "seg_000001", text: "Good morning, my dear Bob.")).transcript.words
        #expect(words.map(\.word).prefix(5) == ["good", "morning", "my", "dear", "bob"])
        #expect(words[2].start == 2.5 && words[3].end == 3)
        #expect(words[4] == talk.transcript.words[2])
    }

    @Test func `a word put in where there is no pause takes from the one before`() throws {
        let words = try edited(.setText(segment: "seg_000002", text: "How exactly are you?")).transcript.words
        #expect(words[3].start == 5 && words[3].end == 5.25)
        #expect(words[4].word == "exactly" && words[4].start == 5.25 && words[4].end == 5.5)
        #expect(words[5] == talk.transcript.words[4])
    }

    @Test func `new marks and capitals move nothing`() throws {
        let new = try edited(.setText(segment: "seg_000001", text: "  Good morning – BOB!  "))
        #expect(new.transcript.segments[0].text == "Good morning – BOB!")
        #expect(new.transcript.words.map(\.start) == talk.transcript.words.map(\.start))
        #expect(new.transcript.words[2].word == "BOB")
        #expect(new.transcript.text == "Good morning – BOB! How are you?")
    }

    @Test func `times stay in order and inside the segment, whatever is written`() throws {
        var random = SeededGenerator(7)
        let vocabulary = ["good", "morning", "bob", "a", "exceptionally", "你好", "straße", "-", "x."]
        for _ in 0..<500 {
            let text = (0...Int.random(in: 0..<12, using: &random)).map { _ in
                vocabulary[Int.random(in: vocabulary.indices, using: &random)]
            }.joined(separator: " ")
            guard text.contains(where: Surface.isContent) else { continue }
            let words = try edited(.setText(segment: "seg_000001", text: text)).transcript.words.dropLast(3)
            #expect(words.allSatisfy { $0.start >= 1 && $0.end <= 4 && $0.start <= $0.end }, "\(text)")
            #expect(zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start }, "\(text)")
            let said = words.map { $0.word.filter(Surface.isContent) }.joined()
            #expect(said == text.filter(Surface.isContent))
        }
    }

    @Test func `speakers are named, merged and changed`() throws {
        let named = try edited(.nameSpeaker("SPEAKER_00", name: " Anna "), .nameSpeaker("SPEAKER_01", name: "Bob"))
        #expect(named.speakers == ["SPEAKER_00": "Anna", "SPEAKER_01": "Bob"])
        var merged = named
        try merged.apply(.mergeSpeakers(from: "SPEAKER_01", into: "SPEAKER_00"))
        #expect(merged.labels == ["SPEAKER_00"] && merged.speakers == ["SPEAKER_00": "Anna"])
        let moved = try edited(.setSpeaker(segment: "seg_000002", speaker: nil))
        #expect(moved.transcript.segments[1].speaker == nil && moved.transcript.words[4].speaker == nil)
        #expect(moved.transcript.words[0].speaker == "SPEAKER_00")
    }

    @Test func `a segment is split at a place and joined again`() throws {
        let split = try edited(.split(segment: "seg_000001", offset: 13))
        #expect(split.transcript.segments.map(\.text) == ["Good morning,", "Bob.", "How are you?"])
        #expect(split.transcript.segments.map(\.id) == ["seg_000001", "seg_000003", "seg_000002"])
        #expect(split.transcript.segments[0].end == 2.5 && split.transcript.segments[1].start == 3)
        var joined = split
        try joined.apply(.join(segment: "seg_000001"))
        #expect(joined == talk)
    }

    @Test func `a segment that is removed takes its words along`() throws {
        let rest = try edited(.remove(segment: "seg_000001")).transcript
        #expect(rest.segments.map(\.id) == ["seg_000002"] && rest.words.map(\.word) == ["how", "are", "you"])
        #expect(rest.text == "How are you?")
    }

    @Test(arguments: [
        (TextReplacement(find: "o", with: "0"), "G00d m0rning, B0b. H0w are y0u?"),
        (TextReplacement(find: "BOB", with: "Rob"), "Good morning, Rob. How are you?"),
        (TextReplacement(find: "BOB", with: "Rob", matchesCase: true), "Good morning, Bob. How are you?"),
        (TextReplacement(find: "mor", with: "x", wholeWords: true), "Good morning, Bob. How are you?"),
        (TextReplacement(find: "are", with: "is are", wholeWords: true), "Good morning, Bob. How is are you?"),
        (TextReplacement(find: "How are you?", with: ""), "Good morning, Bob."),
    ])
    func `replacing goes through every segment`(_ replacement: TextReplacement, _ text: String) throws {
        #expect(try edited(.replace(replacement)).transcript.text == text)
    }

    @Test(arguments: [
        ("Straße", "ss", "Straße"), ("STRAẞE", "ß", "STRA#E"), ("ﬁn fin", "fi", "ﬁn #n"), ("ΣΟΦΟΣ σοφός", "σοφος", "# σοφός"),
        ("ırmak", "i", "ırmak"), ("cafe\u{301} cafe", "cafe", "cafe\u{301} #"), ("Größe", "GRÖSSE", "Größe"),
    ])
    func `replacing finds letters one for one, as browsers do`(_ text: String, _ find: String, _ result: String) throws {
        let made = try TextReplacement(find: find, with: "#").applied(to: text)
        #expect(made.unicodeScalars.elementsEqual(result.unicodeScalars))
    }

    @Test(arguments: [
        TranscriptEdit.setText(segment: "seg_9", text: "x"), .setText(segment: "seg_000001", text: " \n"),
        .setSpeaker(segment: "seg_000001", speaker: ""), .nameSpeaker("NOBODY", name: "x"),
        .mergeSpeakers(from: "SPEAKER_00", into: "SPEAKER_00"), .mergeSpeakers(from: "SPEAKER_00", into: "x"),
        .split(segment: "seg_000001", offset: 0), .split(segment: "seg_000001", offset: 18), .join(segment: "seg_000002"),
        .split(segment: "seg_000001", offset: 17), .remove(segment: ""), .replace(TextReplacement(find: "", with: "x")),
    ])
    func `a change that cannot be made changes nothing`(_ edit: TranscriptEdit) throws {
        var copy = talk
        let error = #expect(throws: ScriberrError.self) { try copy.apply(edit) }
        #expect(error?.code == .validation && error?.field == "operations")
        #expect(copy == talk)
    }

    @Test func `a delta leads from one version to the other and back, through JSON`() throws {
        let steps: [TranscriptEdit] = [
            .setText(segment: "seg_000001", text: "Good day, my dear Bob."), .split(segment: "seg_000001", offset: 9),
            .nameSpeaker("SPEAKER_01", name: "Ünal \"the\" <b>"), .mergeSpeakers(from: "SPEAKER_01", into: "SPEAKER_00"),
            .remove(segment: "seg_000002"), .replace(TextReplacement(find: "d", with: "t")),
        ]
        var old = talk
        for step in steps {
            var new = old
            try new.apply(step)
            let forth = try TranscriptDelta(json: TranscriptDelta(from: old, to: new).json)
            let back = try TranscriptDelta(json: TranscriptDelta(from: new, to: old).json)
            #expect(try forth.applied(to: old) == new, "\(step)")
            #expect(try back.applied(to: new) == old, "\(step)")
            old = new
        }
    }

    @Test func `a step is a delta or a whole transcript`() throws {
        var new = talk
        try new.apply(.remove(segment: "seg_000002"))
        #expect(try TranscriptDelta(step: TranscriptDelta(from: new, to: talk).json)?.applied(to: new) == talk)
        #expect(try TranscriptDelta(step: CanonicalJSON.encode(talk.transcript)) == nil)
    }

    @Test func `a small change of a long transcript is a small delta`() throws {
        let segments = (0..<3_000).map { index in
            Segment(id: segmentID(index), start: Double(index), end: Double(index) + 0.9, text: "one two three")
        }
        let words = segments.flatMap { segment in
            ["one", "two", "three"].enumerated().map { offset, text in
                Word(start: segment.start + Double(offset) * 0.3, end: segment.start + Double(offset) * 0.3 + 0.3, word: text)
            }
        }
        let text = segments.map(\.text).joined(separator: " ")
        let old = EditedTranscript(transcript: Transcript(text: text, segments: segments, words: words))
        var new = old
        try new.apply(.setText(segment: "seg_001500", text: "one 2 three"))
        let delta = TranscriptDelta(from: old, to: new)
        #expect(delta.segments.items.count == 1 && delta.words.items.count == 1)
        #expect(delta.json.count < 400)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"operations":[]}"#, #"{"operations":[{"op":"dance"}]}"#,
        #"{"operations":[{"op":"set_text","text":"x"}]}"#,
        #"{"operations":[{"op":"split","segment":"s","offset":1.5}]}"#, #"{"transcript":{"text":"x"}}"#,
    ])
    func `requests that say nothing sensible are refused`(_ json: String) {
        #expect(throws: ScriberrError.self) { try TranscriptEdit.parse(Array(json.utf8)) }
    }
}
