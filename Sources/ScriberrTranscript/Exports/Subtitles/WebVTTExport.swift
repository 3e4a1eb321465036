import ScriberrCore

/// WebVTT subtitles, with speakers as voices and, if wanted, the time of each word.
struct WebVTTExport: TranscriptExport {
    let format = ExportFormat(
        "vtt",
        "WebVTT subtitles",
        mediaType: "text/vtt; charset=utf-8",
        aliases: ["webvtt"],
        options: subtitleOptions + ["speakers", "words", "speaker_names", "newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        lines.add("WEBVTT")
        for cue in SubtitleCues(rules: options.cues).cues(of: transcript) {
            lines.add()
            lines.add("\(cue.start.clock()) --> \(cue.end.clock())")
            for line in text(of: cue, options) { lines.add(line) }
        }
        return lines.bytes
    }

    private func text(of cue: Cue, _ options: ExportOptions) -> [String] {
        var texts = options.words ? timedLines(of: cue) : cue.texts.map(Self.escaped)
        if options.speakers ?? true, let speaker = cue.speaker, let last = texts.indices.last {
            texts[0] = "<v \(Self.escaped(options.name(of: speaker)))>" + texts[0]
            texts[last] += "</v>"
        }
        return texts
    }

    /// Each word behind its time. Times in a cue must grow and lie inside it; a word that can't keep that goes without.
    private func timedLines(of cue: Cue) -> [String] {
        var reached = cue.start
        return cue.lines.map { line in
            var text = ""
            for word in line {
                if word.followsSpace, !text.isEmpty { text += " " }
                if word.isTimed, word.start > reached, word.start < cue.end {
                    text += "<\(word.start.clock())>"
                    reached = word.start
                }
                text += Self.escaped(word.text)
            }
            return text
        }
    }

    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }) else {
            return text
        }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
