package import ScriberrCore

/// Gives words and segments the speakers that a diarization found.
///
/// A word goes to the speaker who talks longest during it, all of a speaker's turns counted together; equals go to the one
/// whose turn began first. A word in a short gap goes to the nearest turn. Segments are split where the speaker changes and
/// take the speaker of their words. Speakers are numbered `SPEAKER_00`, `SPEAKER_01` … as they first speak in the
/// transcript, so the diarizer's own numbering never shows.
package struct SpeakerMerge: Sendable {
    /// Words further than this from every turn have no speaker. Half a second bridges what voice activity detection cuts
    /// off a word and is shorter than the pause that ends a segment.
    package var gapLimitSeconds: Double

    package init(gapLimitSeconds: Double = 0.5) { self.gapLimitSeconds = gapLimitSeconds }

    /// The transcript with the speakers of `turns`; earlier speakers are forgotten. Without turns it has none.
    package func merge(_ turns: [SpeakerTurn], into transcript: Transcript) -> Transcript {
        var result = withoutSpeakers(transcript)
        let timeline = SpeakerTimeline(turns)
        guard !timeline.isEmpty else { return result }
        var words = speakers(of: result.words.map { ($0.start, $0.end) }, timeline)
        let segments = speakers(of: result.segments.map { ($0.start, $0.end) }, timeline)
        let places = SegmentWords.ranges(of: result.segments, words: result.words)
        for place in places { attachMarks(in: place, of: result.words, &words) }
        var numbers = SpeakerNumbers()
        var parts: [Segment] = []
        for (index, segment) in result.segments.enumerated() {
            for part in split(segment, words: places[index], of: result.words, speakers: words) {
                let label = numbers.label(part.speaker ?? (places[index].isEmpty ? segments[index] : nil))
                var segment = part.segment
                segment.speaker = label
                parts.append(segment)
            }
        }
        for index in result.words.indices { result.words[index].speaker = numbers.label(words[index]) }
        let isNew = parts.count != result.segments.count || result.segments.count != transcript.segments.count
        result.segments = parts
        if isNew { number(&result.segments) }
        return result
    }

    private func withoutSpeakers(_ transcript: Transcript) -> Transcript {
        var result = transcript
        for index in result.words.indices { result.words[index].speaker = nil }
        result.segments = SpeakerSeams.closed(transcript.segments, spaced: transcript.text.contains(" "))
        if result.segments.count != transcript.segments.count { number(&result.segments) }
        return result
    }

    private func speakers(of times: [(Double, Double)], _ timeline: SpeakerTimeline) -> [Int?] {
        timeline.speakers(of: times.map { .init($0.0, $0.1) }, gapLimit: max(0, microseconds(gapLimitSeconds)))
    }

    /// Engines may time a comma as a word. It belongs to whoever says the word in front of it, or behind it at the start.
    private func attachMarks(in range: Range<Int>, of words: [Word], _ speakers: inout [Int?]) {
        guard var last = range.first(where: { words[$0].word.contains(where: Surface.isContent) }) else { return }
        for index in range {
            if words[index].word.contains(where: Surface.isContent) { last = index } else { speakers[index] = speakers[last] }
        }
    }

    /// The segment in parts of one speaker each. Words without a speaker stay with those around them.
    private func split(
        _ segment: Segment,
        words range: Range<Int>,
        of words: [Word],
        speakers: [Int?]
    ) -> [(segment: Segment, speaker: Int?)] {
        var runs: [(range: Range<Int>, speaker: Int?)] = []
        for index in range {
            if let last = runs.last, speakers[index] == nil || last.speaker == nil || last.speaker == speakers[index] {
                runs[runs.count - 1] = (last.range.lowerBound..<index + 1, last.speaker ?? speakers[index])
            } else {
                runs.append((index..<index + 1, speakers[index]))
            }
        }
        guard runs.count > 1 else { return [(segment, runs.first?.speaker)] }
        let spoken = range.map { words[$0].word }
        let surfaces = Surface.align(spoken, to: segment.text) ?? Surface.spelled(spoken)
        return runs.compactMap { run in
            var part = segment
            part.text = run.range.map { surfaces[$0 - range.lowerBound] }.text
            part.start = run.range.lowerBound == range.lowerBound ? segment.start : words[run.range.lowerBound].start
            part.end = run.range.upperBound == range.upperBound ? segment.end : words[run.range.upperBound - 1].end
            return part.text.isEmpty ? nil : (part, run.speaker)
        }
    }
}

/// Public speaker names in order of first speech.
private struct SpeakerNumbers {
    private var labels: [Int: String] = [:]

    mutating func label(_ speaker: Int?) -> String? {
        guard let speaker else { return nil }
        if let label = labels[speaker] { return label }
        let label = "SPEAKER_" + (labels.count < 10 ? "0" : "") + String(labels.count)
        labels[speaker] = label
        return label
    }
}
