import ScriberrCore

/// Advanced SubStation Alpha, with the speaker in its own field and, if wanted, karaoke times.
struct ASSExport: TranscriptExport {
    let format = ExportFormat(
        "ass",
        "Advanced SubStation Alpha",
        mediaType: "text/x-ssa; charset=utf-8",
        aliases: ["ssa"],
        options: subtitleOptions + ["speakers", "words", "speaker_names", "newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        for line in Self.head(title: Self.field(options.title)) { lines.add(line) }
        for cue in SubtitleCues(rules: options.cues).cues(of: transcript) {
            let name = options.speakers ?? true ? cue.speaker.map { Self.field(options.name(of: $0)) } ?? "" : ""
            let times = "\(cue.start.clock(hours: .single, digits: 2)),\(cue.end.clock(hours: .single, digits: 2))"
            let text = options.words && isTimed(cue) ? karaoke(cue) : cue.texts.map(Self.escaped).joined(separator: "\\N")
            lines.add("Dialogue: 0,\(times),Default,\(name),0,0,0,,\(text)")
        }
        return lines.bytes
    }

    private static func head(title: String) -> [String] {
        [
            "[Script Info]", "Title: \(title)", "ScriptType: v4.00+", "WrapStyle: 2", "ScaledBorderAndShadow: yes",
            "PlayResX: 1920",
            "PlayResY: 1080", "", "[V4+ Styles]",
            "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, "
                + "StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding",
            "Style: Default,Arial,64,&H00FFFFFF,&H0000FFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,96,96,60,1", "",
            "[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
        ]
    }

    private func isTimed(_ cue: Cue) -> Bool { cue.lines.joined().allSatisfy(\.isTimed) }

    /// Each word with how long it lasts until the next begins, in hundredths. Sums of rounded times would drift; these are
    /// differences of rounded ones.
    private func karaoke(_ cue: Cue) -> String {
        let words = Array(cue.lines.joined())
        var reached = hundredths(cue.start)
        var index = 0
        let lines = cue.lines.map { line in
            var text = ""
            for word in line {
                let next = index + 1 < words.count ? words[index + 1].start : cue.end
                let until = max(reached, hundredths(min(next, cue.end)))
                let space = word.followsSpace && !text.isEmpty ? " " : ""
                text += space + "{\\k\(until - reached)}" + Self.escaped(word.text)
                reached = until
                index += 1
            }
            return text
        }
        return lines.joined(separator: "\\N")
    }

    private func hundredths(_ time: Milliseconds) -> Int64 { (time.value + 5) / 10 }

    /// Braces begin commands and a backslash may begin a line break; there are no escapes that all players know. Wide braces
    /// look alike, a word joiner isn't seen.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "{": result += "｛"
            case "}": result += "｝"
            case "\\": result += "\\\u{2060}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func field(_ text: String) -> String {
        Spacing.tidied(text.unicodeScalars.reduce(into: "") { $0 += $1 == "," ? " " : String($1) })
    }
}
