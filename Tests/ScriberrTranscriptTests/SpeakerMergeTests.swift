import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrTranscript

private func transcript(_ words: [Word]) -> Transcript { TranscriptBuilder().transcript(from: [piece(words)]) }

@Suite struct SpeakerMergeTests {
    @Test func `many short turns win over one that is a little longer`() {
        let turns = [
            SpeakerTurn(start: 0, end: 0.4, speaker: "long"), SpeakerTurn(start: 0.4, end: 0.7, speaker: "short"),
            SpeakerTurn(start: 0.75, end: 1, speaker: "short"), SpeakerTurn(start: 5, end: 6, speaker: "long"),
        ]
        let words = [Word(start: 0, end: 1, word: "hm"), Word(start: 5, end: 6, word: "well")]
        let merged = SpeakerMerge().merge(turns, into: transcript(words))
        #expect(merged.words.map(\.speaker) == ["SPEAKER_00", "SPEAKER_01"])
    }

    @Test func `a tie goes to the turn that began first`() {
        let turns = [SpeakerTurn(start: 0.5, end: 1, speaker: "late"), SpeakerTurn(start: 0, end: 0.5, speaker: "early")]
        let words = [Word(start: 0.2, end: 0.8, word: "hm"), Word(start: 0.9, end: 1, word: "so")]
        #expect(SpeakerMerge().merge(turns, into: transcript(words)).words.map(\.speaker) == ["SPEAKER_00", "SPEAKER_01"])
    }

    @Test func `speech that is reported twice counts once`() {
        let twice = Array(repeating: SpeakerTurn(start: 0, end: 0.4, speaker: "a"), count: 3)
        let timeline = SpeakerTimeline(twice + [SpeakerTurn(start: 0.4, end: 1, speaker: "b")])
        #expect(timeline.speakers(of: [.init(0, 1)], gapLimit: 0) == [1])
    }

    @Test func `segments are split where the speaker changes and keep their punctuation`() {
        let words = spoken("are you there yes i am")
        let built = TranscriptBuilder().transcript(from: [piece(words, text: "Are you there, yes, I am.")])
        let merged = SpeakerMerge().merge(
            [SpeakerTurn(start: 0, end: 1.15, speaker: "7"), SpeakerTurn(start: 1.15, end: 3, speaker: "3")],
            into: built
        )
        #expect(merged.segments.map(\.text) == ["Are you there,", "yes, I am."])
        #expect(merged.segments.map(\.speaker) == ["SPEAKER_00", "SPEAKER_01"])
        #expect(merged.segments.map(\.id) == ["seg_000001", "seg_000002"])
        #expect(merged.segments[0].end == words[2].end && merged.segments[1].start == words[3].start)
        #expect(merged.text == built.text)
    }

    @Test func `a word in a short gap takes the nearest turn, one far away none`() {
        let turns = [SpeakerTurn(start: 0, end: 1, speaker: "a"), SpeakerTurn(start: 1.8, end: 3, speaker: "b")]
        let timeline = SpeakerTimeline(turns)
        let limit = microseconds(0.5)
        #expect(timeline.speakers(of: [.init(1.1, 1.3), .init(1.4, 1.6), .init(1.3, 1.5)], gapLimit: limit) == [0, 1, 0])
        #expect(timeline.speakers(of: [.init(3.5, 3.6), .init(3.6, 3.7)], gapLimit: limit) == [1, nil])
    }

    @Test func `a word without length lies in the turn around it`() {
        let timeline = SpeakerTimeline([SpeakerTurn(start: 0, end: 2, speaker: "a"), SpeakerTurn(start: 2, end: 3, speaker: "b")])
        #expect(timeline.speakers(of: [.init(1, 1), .init(2, 2)], gapLimit: 0) == [0, 1])
    }

    @Test func `without turns there are no speakers`() {
        var labeled = transcript(spoken("I am here"))
        labeled.words[0].speaker = "SPEAKER_09"
        labeled.segments[0].speaker = "SPEAKER_09"
        let empty = SpeakerTurn(start: 1, end: 1, speaker: "x")
        let merged = SpeakerMerge().merge([empty, SpeakerTurn(start: 0, end: 9, speaker: "")], into: labeled)
        #expect(!String(decoding: CanonicalJSON.encode(merged), as: UTF8.self).contains("speaker"))
    }

    @Test func `segments without words take the speaker heard longest in them`() {
        let bare = Transcript(
            text: "a b",
            segments: [Segment(start: 0, end: 4, text: "a"), Segment(start: 4, end: 8, text: "b")],
            words: []
        )
        let turns = [SpeakerTurn(start: 0, end: 1, speaker: "x"), SpeakerTurn(start: 1, end: 6, speaker: "y")]
        #expect(SpeakerMerge().merge(turns, into: bare).segments.map(\.speaker) == ["SPEAKER_00", "SPEAKER_00"])
    }

    @Test func `merging again with other turns forgets the first`() {
        let built = transcript(spoken("I am here"))
        let once = SpeakerMerge().merge([SpeakerTurn(start: 0, end: 9, speaker: "z")], into: built)
        #expect(SpeakerMerge().merge([], into: once) == built)
    }

    @Test(arguments: 0..<300) func `the sweep agrees with counting everything`(seed: Int) {
        var random = SeededGenerator(UInt64(seed))
        // A coarse grid makes ties and touching borders common.
        func time() -> Double { Double(Int.random(in: 0...60, using: &random)) / 4 }
        let turns = (0..<Int.random(in: 0...14, using: &random)).map { _ in
            let start = time()
            return SpeakerTurn(start: start, end: start + time() / 5, speaker: "s\(Int.random(in: 0...3, using: &random))")
        }
        let intervals = (0..<20).map { _ in
            let start = time()
            return SpeakerTimeline.Interval(start, start + Double(Int.random(in: 0...8, using: &random)) / 4)
        }
        let timeline = SpeakerTimeline(turns)
        let limit = Int64(Int.random(in: 0...4, using: &random)) * 250_000
        let found = timeline.speakers(of: intervals, gapLimit: limit).map { $0.map { timeline.speakers[$0] } }
        #expect(found == intervals.map { oracle($0, turns, limit) }, "seed \(seed)")
    }

    @Test(arguments: 0..<100) func `words and segments agree, and labels count up in order of speech`(seed: Int) {
        let merged = wildTranscript(UInt64(seed))
        var seen: [String] = []
        let spoken = merged.words.isEmpty ? merged.segments.map(\.speaker) : merged.words.map(\.speaker)
        for label in spoken.compactMap({ $0 }) where !seen.contains(label) { seen.append(label) }
        #expect(seen == seen.indices.map { "SPEAKER_0\($0)" }, "seed \(seed)")
        guard !merged.words.isEmpty else { return }
        for (segment, range) in zip(merged.segments, SegmentWords.ranges(of: merged.segments, words: merged.words)) {
            let labels = Set(merged.words[range].compactMap(\.speaker))
            #expect(labels.count <= 1 && (labels.isEmpty || labels.first == segment.speaker), "seed \(seed): \(segment)")
        }
    }

    @Test func `three hours of speech are merged at once`() {
        let words = (0..<30_000).map { Word(start: Double($0) * 0.36, end: Double($0) * 0.36 + 0.3, word: "w\($0).") }
        let turns = (0..<3_000).map { SpeakerTurn(start: Double($0) * 3.6, end: Double($0) * 3.6 + 4, speaker: "s\($0 % 5)") }
        let built = transcript(words)
        let spent = processorTime {
            #expect(SpeakerMerge().merge(turns, into: built).words.count == 30_000)
        }
        // Words times turns would be 90 million steps, minutes in a debug build.
        #expect(spent < .seconds(20))
    }
}

private typealias Span = (start: Int64, end: Int64)

/// The rule, spelled out: covered time counted cell by cell, or the nearest turn where that is nothing.
private func oracle(_ interval: SpeakerTimeline.Interval, _ given: [SpeakerTurn], _ limit: Int64) -> String? {
    let turns = given.filter { $0.start < $0.end }
    var names: [String] = []
    for turn in turns where !names.contains(turn.speaker) { names.append(turn.speaker) }
    var talking: [(key: (Int, Int64, Int), name: String)] = []
    var near: [(key: (Int64, Int, Int64, Int), name: String)] = []
    for (order, name) in names.enumerated() {
        let own = turns.filter { $0.speaker == name }.map { Span(microseconds($0.start), microseconds($0.end)) }
        let covered = stride(from: interval.start, to: interval.end, by: 50_000).filter { cell in
            own.contains { $0.start <= cell && cell < $0.end }
        }
        if let first = covered.first { talking.append(((-covered.count, beginning(of: own, at: first), order), name)) }
        for turn in own {
            let distance = max(turn.start - interval.end, interval.start - turn.end)
            let side = turn.end <= interval.start ? 0 : 1
            if distance <= limit { near.append(((distance, side, beginning(of: own, at: turn.start), order), name)) }
        }
    }
    return (talking.min { $0.key < $1.key }?.name) ?? near.min { $0.key < $1.key }?.name
}

/// Where the speaker began who talks at `time`, over turns that touch.
private func beginning(of turns: [Span], at time: Int64) -> Int64 {
    var began = time
    while let earlier = turns.filter({ $0.start < began && began <= $0.end }).map(\.start).min() { began = earlier }
    return began
}
