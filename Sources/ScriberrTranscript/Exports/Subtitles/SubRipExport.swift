import ScriberrCore

/// SubRip subtitles. A speaker's name stands in front of the first words after a change.
struct SubRipExport: TranscriptExport {
    let format = ExportFormat(
        "srt",
        "SubRip subtitles",
        mediaType: "application/x-subrip; charset=utf-8",
        options: subtitleOptions + ["speakers", "speaker_names", "newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        for (index, cue) in labeledCues(of: transcript, options).enumerated() {
            if index > 0 { lines.add() }
            lines.add(String(index + 1))
            lines.add("\(cue.start.clock(separator: ",")) --> \(cue.end.clock(separator: ","))")
            for line in cue.texts { lines.add(Self.defused(line)) }
        }
        return lines.bytes
    }

    /// The format has no escapes. A word joiner, which nobody sees, keeps players from reading markup, override codes or
    /// time lines into spoken text.
    static func defused(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "{") }) else {
            return text
        }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == ">", result.unicodeScalars.suffix(2).elementsEqual("--".unicodeScalars) { result += "\u{2060}" }
            result.unicodeScalars.append(scalar)
            if scalar == "<" || scalar == "{" { result += "\u{2060}" }
        }
        return result
    }
}

/// The options of every format that is made of cues.
let subtitleOptions = ["preset", "max_lines", "max_chars", "max_cps", "min_duration", "max_duration", "gap"]

/// Cues with speakers' names as text, where they are wanted: for formats that have no place of their own for them.
func labeledCues(of transcript: Transcript, _ options: ExportOptions) -> [Cue] {
    var subtitles = SubtitleCues(rules: options.cues)
    if options.speakers ?? true { subtitles.label = { options.name(of: $0) } }
    return subtitles.cues(of: transcript)
}
