import Foundation
import ScriberrCore

/// The JSON that whisper's own command writes.
struct WhisperExport: TranscriptExport {
    let format = ExportFormat(
        "whisper",
        "Whisper JSON",
        mediaType: "application/json",
        fileExtension: "whisper.json",
        aliases: ["whisper_json"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var json = JSONWriter()
        let ranges = SegmentWords.ranges(of: transcript.segments, words: transcript.words)
        json.object { json in
            json.text("text", transcript.text)
            json.array("segments") { json in
                for (index, segment) in transcript.segments.enumerated() {
                    let words = transcript.words[ranges[index]]
                    json.object { json in
                        json.whisperSegment(segment, index: index, words: words)
                        guard !words.isEmpty else { return }
                        json.array("words") { json in
                            for word in words { json.whisperWord(word, score: "probability") }
                        }
                    }
                }
            }
            json.text("language", transcript.language)
        }
        return json.bytes
    }
}

/// The JSON that WhisperX writes: aligned words inside the segments and once more as a list.
struct WhisperXExport: TranscriptExport {
    let format = ExportFormat(
        "whisperx",
        "WhisperX JSON",
        mediaType: "application/json",
        fileExtension: "whisperx.json",
        options: ["speaker_names"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var json = JSONWriter()
        let ranges = SegmentWords.ranges(of: transcript.segments, words: transcript.words)
        json.object { json in
            json.array("segments") { json in
                for (segment, range) in zip(transcript.segments, ranges) {
                    json.object { json in
                        json.seconds("start", segment.start)
                        json.seconds("end", segment.end)
                        json.text("text", Spacing.tidied(segment.text))
                        words(transcript.words[range], "words", options, &json)
                        json.text("speaker", segment.speaker.map(options.name))
                    }
                }
            }
            words(transcript.words[...], "word_segments", options, &json)
            json.text("language", transcript.language)
        }
        return json.bytes
    }

    private func words(_ words: ArraySlice<Word>, _ key: StaticString, _ options: ExportOptions, _ json: inout JSONWriter) {
        json.array(key) { json in
            for word in words {
                json.object { json in
                    json.text("word", word.word)
                    json.seconds("start", word.start)
                    json.seconds("end", word.end)
                    json.share("score", word.confidence)
                    json.text("speaker", word.speaker.map(options.name))
                }
            }
        }
    }
}

extension JSONWriter {
    /// The members of a whisper segment. Readers demand all of them; what our engines don't tell has a neutral value.
    mutating func whisperSegment(_ segment: Segment, index: Int, words: ArraySlice<Word>) {
        integer("id", Int64(index))
        integer("seek", Milliseconds(segment.start).value / 10)
        seconds("start", segment.start)
        seconds("end", segment.end)
        text("text", " " + Spacing.tidied(segment.text))
        array("tokens") { _ in }
        integer("temperature", 0)
        number("avg_logprob", meanLogarithm(words))
        integer("compression_ratio", 1)
        integer("no_speech_prob", 0)
    }

    /// A whisper word: with the space in front and the name of the score that the reader knows.
    mutating func whisperWord(_ word: Word, score: StaticString?) {
        object { json in
            json.text("word", score == nil ? word.word : " " + word.word)
            json.seconds("start", word.start)
            json.seconds("end", word.end)
            if let score { json.share(score, word.confidence) }
        }
    }

    private func meanLogarithm(_ words: ArraySlice<Word>) -> Double {
        let known = words.compactMap(\.confidence).filter { $0 > 0 && $0 <= 1 }
        return known.isEmpty ? 0 : known.reduce(0) { $0 + log($1) } / Double(known.count)
    }
}
