package import ScriberrCore

/// The bytes in which a transcript is stored and served.
package enum CanonicalJSON {
    /// Keys in a fixed order, seconds in milliseconds without noise, `speaker` and `confidence` only where known,
    /// `segments` and `words` always. Equal transcripts give equal bytes.
    package static func encode(_ transcript: Transcript) -> [UInt8] {
        var json = JSONWriter(reserving: transcript.words.count * 64 + transcript.text.utf8.count * 3 + 256)
        json.object { json in members(of: transcript, &json) }
        return json.bytes
    }

    /// The body of `GET …/transcript`: the canonical members behind the transcription's id.
    package static func encode(_ transcript: Transcript, transcriptionID: String) -> [UInt8] {
        var json = JSONWriter(reserving: transcript.words.count * 64 + transcript.text.utf8.count * 3 + 256)
        json.object { json in
            json.text("transcription_id", transcriptionID)
            members(of: transcript, &json)
        }
        return json.bytes
    }

    /// Whether these bytes have the form that ``encode(_:)`` gives them. Judged by their two ends: what lies between can be megabytes
    /// long.
    package static func hasForm(_ bytes: [UInt8]) -> Bool {
        guard bytes.starts(with: Array(#"{"text":""#.utf8)), bytes.suffix(2) == Array("}}".utf8)[...] else { return false }
        return String(decoding: bytes.suffix(1_000), as: UTF8.self).contains(#"],"engine":{"#)
    }

    private static func members(of transcript: Transcript, _ json: inout JSONWriter) {
        json.text("text", transcript.text)
        json.text("language", transcript.language)
        json.array("segments") { json in
            for segment in transcript.segments { encode(segment, &json) }
        }
        json.array("words") { json in
            for word in transcript.words { encode(word, &json) }
        }
        json.object("engine") { json in
            json.text("provider", transcript.engine.provider)
            json.text("transcription_model", transcript.engine.transcriptionModel)
            json.text("diarization_model", transcript.engine.diarizationModel)
        }
    }

    static func encode(_ segment: Segment, _ json: inout JSONWriter) {
        json.object { json in
            json.text("id", segment.id)
            json.seconds("start", segment.start)
            json.seconds("end", segment.end)
            json.text("speaker", segment.speaker)
            json.text("text", segment.text)
        }
    }

    static func encode(_ word: Word, _ json: inout JSONWriter) {
        json.object { json in
            json.seconds("start", word.start)
            json.seconds("end", word.end)
            json.text("word", word.word)
            json.share("confidence", word.confidence)
            json.text("speaker", word.speaker)
        }
    }
}
