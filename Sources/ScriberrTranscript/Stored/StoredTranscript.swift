package import ScriberrCore

/// Reads transcripts back, whoever wrote them: ours, older versions', WhisperX, whisper, or plain text.
package enum StoredTranscript {
    /// The transcript in `bytes`. Never fails: what is not a transcript object is taken for its text.
    ///
    /// Missing arrays are empty, a missing text is put together from the segments, missing segments from the words;
    /// ids may be numbers, times may be strings, `word_segments` and words inside segments are read. Elements without a
    /// text are left out.
    package static func parse(_ bytes: [UInt8]?) -> Transcript {
        guard let bytes, !bytes.isEmpty else { return plain("") }
        guard let json = JSONValue(bytes) else { return plain(String(decoding: bytes, as: UTF8.self)) }
        if json.isNull { return plain("") }
        guard let object = json.object else { return plain(String(decoding: bytes, as: UTF8.self)) }
        return transcript(object)
    }

    private static func plain(_ text: String) -> Transcript { Transcript(text: text, segments: [], words: []) }

    static func transcript(_ object: [String: JSONValue]) -> Transcript {
        let entries = (object["segments"]?.array ?? []).compactMap(\.object)
        var segments = entries.compactMap(segment)
        let words = words(object, entries)
        if segments.isEmpty, object["text"] == nil, !words.isEmpty { segments = onlySegment(of: words) }
        for index in segments.indices where segments[index].id.isEmpty { segments[index].id = segmentID(index) }
        return Transcript(
            text: object["text"]?.text ?? Spacing.join(segments.map { Spacing.tidied($0.text) }),
            language: object["language"]?.text.flatMap { $0.isEmpty ? nil : $0 },
            segments: segments,
            words: words,
            engine: engine(object["engine"]?.object ?? [:])
        )
    }

    private static func segment(_ entry: [String: JSONValue]) -> Segment? {
        guard let text = entry["text"]?.text else { return nil }
        let start = time(entry["start"]) ?? 0
        return Segment(
            id: entry["id"]?.text ?? "",
            start: start,
            end: max(start, time(entry["end"]) ?? start),
            speaker: speaker(entry),
            text: text
        )
    }

    /// `words` as we write them, `word_segments` as WhisperX does, or the words inside the segments.
    private static func words(_ object: [String: JSONValue], _ segments: [[String: JSONValue]]) -> [Word] {
        let lists = [object["words"], object["word_segments"]].compactMap { $0?.array }
        let entries = lists.first { !$0.isEmpty } ?? segments.flatMap { $0["words"]?.array ?? [] }
        var reached = 0.0
        return entries.compactMap { entry in
            guard let word = entry.object.flatMap({ word($0, reached: reached) }) else { return nil }
            reached = word.end
            return word
        }
    }

    /// WhisperX leaves out the times of words that it could not align; they stand where the one before ended.
    private static func word(_ entry: [String: JSONValue], reached: Double) -> Word? {
        guard let text = (entry["word"] ?? entry["text"])?.text.map(Spacing.tidied), !text.isEmpty else { return nil }
        let start = time(entry["start"]) ?? reached
        return Word(
            start: start,
            end: max(start, time(entry["end"]) ?? start),
            word: text,
            confidence: ["confidence", "score", "probability"].lazy.compactMap { entry[$0]?.number }.first,
            speaker: speaker(entry)
        )
    }

    private static func onlySegment(of words: [Word]) -> [Segment] {
        let end = words.map(\.end).max() ?? 0
        return [Segment(start: words.first?.start ?? 0, end: end, text: Surface.spelled(words.map(\.word)).text)]
    }

    private static func time(_ value: JSONValue?) -> Double? { value?.number.map { max(0, $0) } }

    private static func speaker(_ entry: [String: JSONValue]) -> String? {
        entry["speaker"]?.text.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func engine(_ entry: [String: JSONValue]) -> Transcript.EngineStamp {
        Transcript.EngineStamp(
            provider: entry["provider"]?.text,
            transcriptionModel: entry["transcription_model"]?.text,
            diarizationModel: entry["diarization_model"]?.text
        )
    }
}
