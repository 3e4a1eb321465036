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
            json.array("segments") { json in
                for (index, segment) in transcript.segments.enumerated() {
                    json.object { $0.whisperSegment(segment, index: index, words: transcript.words[ranges[index]]) }
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
        var letters = Letters(names: options.speakerNames)
        let segments = transcript.segments.map { (segment: $0, speaker: letters.name(of: $0.speaker)) }
        let text = Paragraph.paragraphs(of: transcript).map { "\(letters.name(of: $0.speaker)): \($0.text)" }
        var json = JSONWriter()
        json.object { json in
            json.text("task", options.task.rawValue)
            json.seconds("duration", options.duration(of: transcript))
            json.text("text", text.joined(separator: "\n"))
            json.array("segments") { json in
                for (index, entry) in segments.enumerated() {
                    json.object { json in
                        json.text("type", "transcript.text.segment")
                        json.text("id", "seg_" + (index < 9 ? "00" : index < 99 ? "0" : "") + String(index + 1))
                        json.seconds("start", entry.segment.start)
                        json.seconds("end", entry.segment.end)
                        json.text("text", Spacing.tidied(entry.segment.text))
                        json.text("speaker", entry.speaker)
                    }
                }
            }
            json.usage(options.duration(of: transcript))
        }
        return json.bytes
    }

    /// `A` to `Z`, then `A1` and so on, in order of first speech. Speech of nobody in particular is a speaker as well.
    private struct Letters {
        let names: [String: String]
        private var given: [String?] = []

        init(names: [String: String]) { self.names = names }

        mutating func name(of speaker: String?) -> String {
            if let speaker, let name = names[speaker] { return Spacing.tidied(name) }
            if !given.contains(speaker) { given.append(speaker) }
            let index = given.firstIndex(of: speaker) ?? 0
            let letter = String(Unicode.Scalar(UInt8(ascii: "A") + UInt8(index % 26)))
            return index < 26 ? letter : letter + String(index / 26)
        }
    }
}

extension JSONWriter {
    /// What OpenAI bills: whole seconds.
    fileprivate mutating func usage(_ seconds: Double) {
        object("usage") { json in
            json.text("type", "duration")
            json.integer("seconds", (Milliseconds(seconds).value + 999) / 1_000)
        }
    }
}
