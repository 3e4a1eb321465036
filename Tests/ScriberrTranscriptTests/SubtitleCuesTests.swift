import ScriberrCore
import Testing

@testable import ScriberrTranscript

private func lines(_ words: [Word], text: String? = nil, rules: CueRules = CueRules()) -> [[String]] {
    SubtitleCues(rules: rules).cues(of: TranscriptBuilder().transcript(from: [piece(words, text: text)])).map(\.texts)
}

@Suite struct SubtitleCuesTests {
    @Test func `a line that fits stays one line`() {
        #expect(lines(spoken("We never thought it would come to this.")) == [["We never thought it would come to this."]])
    }

    @Test func `lines break at clauses and never behind an article`() {
        #expect(
            lines(spoken("If you take the train to the coast, you can be at the beach by noon.")) == [
                ["If you take the train to the coast,", "you can be at the beach by noon."]
            ]
        )
        let broken = lines(spoken("He wanted to bring all of his friends to the celebration of the victory"))
        #expect(broken.flatMap { $0 }.allSatisfy { !$0.hasSuffix(" the") && !$0.hasSuffix(" of") })
    }

    @Test func `Chinese is broken between characters, never before its marks`() {
        let text = "今天天气很好，我们去公园散步，然后在湖边吃午饭，晚上再一起看电影。"
        let words = text.filter { !$0.isPunctuation }.enumerated().map {
            Word(start: Double($0) / 5, end: Double($0 + 1) / 5, word: String($1))
        }
        let cues = lines(words, text: text)
        #expect(cues.flatMap { $0 }.joined() == text)
        #expect(cues.flatMap { $0 }.allSatisfy { $0.count <= 16 && $0.first?.isPunctuation == false })
    }

    @Test func `a segment without words is spread over its time`() {
        let text =
            "This is one long segment of a model without any word times, which is far too long to be shown at once, so it is divided."
        let bare = Transcript(text: text, segments: [Segment(start: 10, end: 22, text: text)], words: [])
        let cues = SubtitleCues(rules: CueRules()).cues(of: bare)
        #expect(cues.count > 1)
        #expect(cues.flatMap(\.texts).joined(separator: " ") == text)
        #expect(cues.first?.start.value == 10_000 && (cues.last?.end.value ?? 0) >= 22_000)
        #expect(CueRules().violations(in: cues).isEmpty)
    }

    @Test func `a short word stays long enough to be read`() {
        let cues = SubtitleCues(rules: CueRules()).cues(of: TranscriptBuilder().transcript(from: [piece(spoken("No."))]))
        #expect(cues.map { $0.end.value - $0.start.value } == [1_000])
    }

    @Test func `the validator finds what is wrong`() {
        func cue(_ start: Int64, _ end: Int64, _ lines: [String]) -> Cue {
            Cue(
                start: Milliseconds(start),
                end: Milliseconds(end),
                lines: lines.map { line in
                    line.split(separator: " ").map {
                        CueWord(
                            text: String($0),
                            followsSpace: true,
                            start: Milliseconds(start),
                            end: Milliseconds(end),
                            isTimed: true
                        )
                    }
                }
            )
        }
        let long = String(repeating: "word ", count: 12)
        let cases: [([Cue], String)] = [
            ([cue(0, 2_000, ["a", "b", "c"])], "has more than 2 lines"), ([cue(0, 6_000, [long])], "has a line too long"),
            ([cue(0, 2_000, [])], "has no text"), ([cue(0, 9_000, ["a"])], "is longer than 7.0 s"),
            ([cue(0, 50, ["a"])], "is shorter than 100 ms"), ([cue(0, 500, ["a"])], "is shorter than 1.0 s with room behind it"),
            (
                [cue(0, 1_100, ["one two three four five six seven", "one two three four five"])],
                "is too fast to read with room behind it"
            ),
            ([cue(0, 2_000, ["a"]), cue(1_990, 4_000, ["b"])], "comes closer than 0.04 s to the next"),
        ]
        for (cues, rule) in cases { #expect(CueRules().violations(in: cues).map(\.rule).contains(rule)) }
        #expect(CueRules().violations(in: [cue(0, 2_000, ["a b", "c"]), cue(2_040, 4_000, ["d"])]).isEmpty)
    }

    @Test(arguments: CueRules.Preset.allCases) func `any transcript keeps the rules and every word`(preset: CueRules.Preset) {
        for seed in 0..<120 {
            let transcript = wildTranscript(UInt64(seed))
            let rules = CueRules(preset: preset)
            var subtitles = SubtitleCues(rules: rules)
            let cues = subtitles.cues(of: transcript)
            #expect(rules.violations(in: cues).map(\.description) == [], "seed \(seed)")
            let shown = cues.flatMap(\.texts).joined().filter { !$0.isWhitespace }
            #expect(sorted(shown) == sorted(transcript.text.filter { !$0.isWhitespace }), "seed \(seed)")
            subtitles.label = { "Speaker \($0)" }
            #expect(rules.violations(in: subtitles.cues(of: transcript)).map(\.description) == [], "seed \(seed), labels")
        }
    }

    @Test func `words that overlap between speakers give cues that don't`() {
        let segments = (0..<20).map {
            Segment(start: Double($0), end: Double($0) + 5, speaker: "s\($0 % 2)", text: "word number \($0)")
        }
        let transcript = Transcript(text: "", segments: segments, words: [])
        let cues = SubtitleCues(rules: CueRules()).cues(of: transcript)
        #expect(cues.count == 20)
        #expect(CueRules().violations(in: cues).isEmpty)
    }
}

private func sorted(_ text: String) -> [Character] { text.sorted() }
