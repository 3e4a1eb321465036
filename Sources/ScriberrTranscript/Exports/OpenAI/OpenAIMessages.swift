import Foundation
package import ScriberrCore

/// What OpenAI's transcription endpoint says beside its file formats: the short JSON answer and the events of a stream.
package enum OpenAIMessages {
    /// The `json` answer. `logprobs` adds one entry for each word whose confidence the engine tells.
    package static func answer(_ transcript: Transcript, seconds: Double, logprobs: Bool) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.text("text", transcript.text)
            facts(transcript, seconds, logprobs, &json)
        }
        return json.bytes
    }

    /// More of the text.
    package static func delta(_ text: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.text("type", "transcript.text.delta")
            json.text("delta", text)
        }
        return json.bytes
    }

    /// One event for each segment, with its speaker.
    package static func segments(_ transcript: Transcript) -> [[UInt8]] {
        var letters = SpeakerLetters()
        return DiarizedSegment.all(of: transcript, &letters).map { segment in
            var json = JSONWriter()
            json.object { segment.write(to: &$0) }
            return json.bytes
        }
    }

    /// The end of a stream, with all of the text.
    package static func done(_ transcript: Transcript, seconds: Double, logprobs: Bool) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.text("type", "transcript.text.done")
            json.text("text", transcript.text)
            facts(transcript, seconds, logprobs, &json)
        }
        return json.bytes
    }

    private static func facts(_ transcript: Transcript, _ seconds: Double, _ logprobs: Bool, _ json: inout JSONWriter) {
        if let language = transcript.language {
            json.array("languages") { $0.object { $0.text("code", language) } }
        }
        if logprobs {
            json.array("logprobs") { json in
                for word in transcript.words { logprob(word, &json) }
            }
        }
        json.usage(seconds)
    }

    private static func logprob(_ word: Word, _ json: inout JSONWriter) {
        guard let confidence = word.confidence, confidence > 0, confidence <= 1 else { return }
        json.object { json in
            json.text("token", word.word)
            json.number("logprob", log(confidence))
            json.integers("bytes", word.word.utf8.map(Int64.init))
        }
    }
}

/// A segment as OpenAI's diarized format has it: speakers are `A`, `B` and so on unless they have names.
struct DiarizedSegment {
    var index: Int
    var segment: Segment
    var speaker: String

    static func all(of transcript: Transcript, _ letters: inout SpeakerLetters) -> [DiarizedSegment] {
        var segments: [DiarizedSegment] = []
        for (index, segment) in transcript.segments.enumerated() {
            segments.append(DiarizedSegment(index: index, segment: segment, speaker: letters.name(of: segment.speaker)))
        }
        return segments
    }

    func write(to json: inout JSONWriter) {
        json.text("type", "transcript.text.segment")
        json.text("id", "seg_" + (index < 9 ? "00" : index < 99 ? "0" : "") + String(index + 1))
        json.seconds("start", segment.start)
        json.seconds("end", segment.end)
        json.text("text", Spacing.tidied(segment.text))
        json.text("speaker", speaker)
    }
}

/// `A` to `Z`, then `A1` and so on, in order of first speech. Speech of nobody in particular is a speaker as well.
struct SpeakerLetters {
    private let names: [String: String]
    private var given: [String?] = []

    init(names: [String: String] = [:]) { self.names = names }

    mutating func name(of speaker: String?) -> String {
        if let speaker, let name = names[speaker] { return Spacing.tidied(name) }
        if !given.contains(speaker) { given.append(speaker) }
        let index = given.firstIndex(of: speaker) ?? 0
        let letter = String(Unicode.Scalar(UInt8(ascii: "A") + UInt8(index % 26)))
        return index < 26 ? letter : letter + String(index / 26)
    }
}
