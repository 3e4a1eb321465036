import ScriberrCore

/// Lyrics for music players, with the time of each word if wanted (enhanced LRC).
struct LRCExport: TranscriptExport {
    let format = ExportFormat(
        "lrc",
        "LRC lyrics",
        mediaType: "text/plain; charset=utf-8",
        options: subtitleOptions + ["speakers", "words", "speaker_names", "newline"]
    )
    /// A silence longer than this empties the screen.
    private static let silence: Int64 = 3_000

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        let title = Spacing.tidied(options.title)
        if !title.isEmpty { lines.add("[ti:\(title)]") }
        let cues = labeledCues(of: transcript, options)
        for (index, cue) in cues.enumerated() {
            let words = Array(cue.lines.joined())
            let text = options.words && words.allSatisfy(\.isTimed) ? timed(words) : Self.defused(Spacing.join(cue.texts))
            lines.add("[\(clock(cue.start))]" + text)
            let next = index + 1 < cues.count ? cues[index + 1].start.value : .max
            if next - cue.end.value > Self.silence { lines.add("[\(clock(cue.end))]") }
        }
        return lines.bytes
    }

    private func timed(_ words: [CueWord]) -> String {
        var text = ""
        for word in words {
            if word.followsSpace, !text.isEmpty { text += " " }
            text += "<\(clock(word.start))>" + Self.defused(word.labeled)
        }
        return text
    }

    private func clock(_ time: Milliseconds) -> String { time.clock(hours: .never, digits: 2) }

    /// A bracket at the beginning would be read as a time.
    private static func defused(_ text: String) -> String {
        let text = SubRipExport.defused(text)
        return text.unicodeScalars.first == "[" ? "\u{2060}" + text : text
    }
}
