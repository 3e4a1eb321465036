import ScriberrCore

/// OpenAI's `verbose_json`. `words` adds the list of words.
struct VerboseJSONExport: TranscriptExport {
    let format = ExportFormat(
        "verbose_json",
        "OpenAI verbose JSON",
        mediaType: "application/json",
        fileExtension: "verbose.json",
        options: ["words"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var json = JSONWriter()
        let ranges = SegmentWords.ranges(of: transcript.segments, words: transcript.words)
        json.object { json in
            json.text("task", options.task.rawValue)
            json.text("language", LanguageNames.english(options.task == .translate ? "en" : transcript.language))
            json.seconds("duration", options.duration(of: transcript))
            json.text("text", transcript.text)
            if options.segments {
                json.array("segments") { json in
                    for (index, segment) in transcript.segments.enumerated() {
                        json.object { $0.whisperSegment(segment, index: index, words: transcript.words[ranges[index]]) }
                    }
                }
            }
            if options.words {
                json.array("words") { json in
                    for word in transcript.words { json.whisperWord(word, score: nil) }
                }
            }
            json.usage(options.duration(of: transcript))
        }
        return json.bytes
    }
}

/// OpenAI's `diarized_json`: speakers are `A`, `B` and so on unless they have names.
struct DiarizedJSONExport: TranscriptExport {
    let format = ExportFormat(
        "diarized_json",
        "OpenAI diarized JSON",
        mediaType: "application/json",
        fileExtension: "diarized.json",
        options: ["speaker_names"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var letters = SpeakerLetters(names: options.speakerNames)
        let segments = DiarizedSegment.all(of: transcript, &letters)
        let text = Paragraph.paragraphs(of: transcript).map { "\(letters.name(of: $0.speaker)): \($0.text)" }
        var json = JSONWriter()
        json.object { json in
            json.text("task", options.task.rawValue)
            json.seconds("duration", options.duration(of: transcript))
            json.text("text", text.joined(separator: "\n"))
            json.array("segments") { json in
                for segment in segments { json.object { segment.write(to: &$0) } }
            }
            json.usage(options.duration(of: transcript))
        }
        return json.bytes
    }
}

extension JSONWriter {
    /// What OpenAI bills: whole seconds.
    mutating func usage(_ seconds: Double) {
        object("usage") { json in
            json.text("type", "duration")
            json.integer("seconds", (Milliseconds(seconds).value + 999) / 1_000)
        }
    }
}
