package import ScriberrCore

/// The times that a document may have. Reading takes the wrong ones for others, which is right for what programs have written and
/// wrong for what somebody asks for.
enum DocumentTimes {
    /// Throws `VALIDATION_ERROR` with the place, such as `transcript.words[2].end`, where a time is no number of seconds, negative,
    /// or before the start of what it ends. A time that is missing is none.
    static func check(_ document: [String: JSONValue]) throws(ScriberrError) {
        let segments = document["segments"]?.array ?? []
        try check(segments) { "segments[\($0)]" }
        for (index, segment) in segments.enumerated() {
            try check(segment.object?["words"]?.array ?? []) { "segments[\(index)].words[\($0)]" }
        }
        for list in ["words", "word_segments"] { try check(document[list]?.array ?? []) { "\(list)[\($0)]" } }
    }

    private static func check(_ entries: [JSONValue], _ place: (Int) -> String) throws(ScriberrError) {
        for (index, entry) in entries.enumerated() {
            guard let entry = entry.object else { continue }
            func time(_ name: String) throws(ScriberrError) -> Double? {
                guard let value = entry[name], !value.isNull else { return nil }
                guard let seconds = value.number, seconds >= 0 else {
                    throw .time("\(place(index)).\(name)", "A time is a number of seconds from 0 on.")
                }
                return seconds
            }
            let (start, end) = (try time("start"), try time("end"))
            if let start, let end, end < start {
                throw .time("\(place(index)).end", "The end comes before the start.")
            }
        }
    }
}

extension TranscriptEdit {
    /// Throws `VALIDATION_ERROR` with the place where a document has times behind the end of a recording of `seconds`. Lengths
    /// are rounded, and some estimated: a second more is fine, and so is what `present` reaches.
    package func check(recordingSeconds seconds: Double, present: Transcript) throws(ScriberrError) {
        guard case .document(let document) = self else { return }
        let reached = max(present.segments.map(\.end).max() ?? 0, present.words.map(\.end).max() ?? 0)
        let limit = max(seconds + 1, reached)
        if let index = document.segments.firstIndex(where: { $0.end > limit }) {
            throw .beyond("segments[\(index)]", isStart: document.segments[index].start > limit)
        }
        if let index = document.words.firstIndex(where: { $0.end > limit }) {
            throw .beyond("words[\(index)]", isStart: document.words[index].start > limit)
        }
    }
}

extension ScriberrError {
    fileprivate static func time(_ place: String, _ problem: String) -> ScriberrError {
        ScriberrError(.validation, problem, field: "transcript.\(place)")
    }

    fileprivate static func beyond(_ place: String, isStart: Bool) -> ScriberrError {
        time("\(place).\(isStart ? "start" : "end")", "The time lies behind the end of the recording.")
    }
}
