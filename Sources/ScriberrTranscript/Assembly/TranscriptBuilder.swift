package import ScriberrCore

/// Puts what an engine heard, piece by piece, together into the canonical transcript.
///
/// Whatever the pieces hold, the result keeps these rules: words in order of time, none going on into the next, all times
/// finite and not negative; segments in order, with borders at real word times wherever the engine gives words; the text
/// is the segments' texts, joined. Nothing that was heard is dropped and nothing traps.
package struct TranscriptBuilder: Sendable {
    /// Where segments end.
    package var rules: SegmentRules

    package init(rules: SegmentRules = SegmentRules()) { self.rules = rules }

    /// Assembles pieces given in order of time. `language` is what was asked for; without it the one heard longest wins.
    package func transcript(
        from pieces: [HeardPiece],
        language: String? = nil,
        engine: Transcript.EngineStamp = Transcript.EngineStamp()
    ) -> Transcript {
        var parts = parts(of: pieces)
        runForward(&parts)
        var segments = parts.flatMap(segments)
        runForward(&segments)
        number(&segments)
        return Transcript(
            text: Spacing.join(segments.map(\.text)),
            language: language ?? Self.longestHeardLanguage(in: pieces),
            segments: segments,
            words: parts.flatMap { part in part.words.map(\.word) },
            engine: engine
        )
    }

    /// Consecutive pieces with words, cut by our rules, or one piece that brings its own segments.
    private struct Part {
        var words: [PlacedWord]
        /// Nil where segments follow from the words.
        var segments: [Segment]?
    }

    private func parts(of pieces: [HeardPiece]) -> [Part] {
        var parts: [Part] = []
        var reached = 0.0
        for piece in pieces {
            let heard = MendedPiece(piece, reached: reached)
            reached = max(reached, heard.end)
            guard !heard.isEmpty else { continue }
            if heard.segments == nil, let last = parts.indices.last, parts[last].segments == nil {
                let previous = parts[last].words.last?.surface.text ?? ""
                parts[last].words += heard.words(after: previous)
            } else {
                parts.append(Part(words: heard.words(after: ""), segments: heard.segments))
            }
        }
        return parts
    }

    private func segments(of part: Part) -> [Segment] {
        part.segments ?? Segmenter(words: part.words, rules: rules).segments()
    }

    private func runForward(_ parts: inout [Part]) {
        var words = parts.flatMap { part in part.words.map(\.word) }
        TimeMending.runForward(&words)
        var next = words.makeIterator()
        for part in parts.indices {
            for index in parts[part].words.indices {
                if let word = next.next() { parts[part].words[index].word = word }
            }
        }
    }

    private func runForward(_ segments: inout [Segment]) {
        for index in segments.indices.dropFirst() {
            segments[index].start = max(segments[index].start, segments[index - 1].start)
            segments[index].end = max(segments[index].end, segments[index].start)
        }
    }

    private static func longestHeardLanguage(in pieces: [HeardPiece]) -> String? {
        var seconds: [(language: String, total: Double)] = []
        for piece in pieces {
            guard let language = piece.language, !language.isEmpty else { continue }
            let length = TimeMending.borders(start: piece.start, end: piece.end).map { $0.upperBound - $0.lowerBound } ?? 0
            if let index = seconds.firstIndex(where: { $0.language == language }) {
                seconds[index].total += length
            } else {
                seconds.append((language, length))
            }
        }
        guard let most = seconds.map(\.total).max() else { return nil }
        return seconds.first { $0.total == most }?.language
    }
}

/// Gives segments their ids, `seg_000001` and so on.
func number(_ segments: inout [Segment]) {
    for index in segments.indices { segments[index].id = segmentID(index) }
}

/// The id of the segment at a place counted from 0.
func segmentID(_ index: Int) -> String {
    let digits = String(index + 1)
    return "seg_" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
}
