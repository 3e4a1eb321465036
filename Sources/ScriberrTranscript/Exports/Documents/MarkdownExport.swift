import ScriberrCore

/// Markdown: a paragraph for each turn, with the speaker in bold and the time as code.
struct MarkdownExport: TranscriptExport {
    let format = ExportFormat(
        "md",
        "Markdown",
        mediaType: "text/markdown; charset=utf-8",
        aliases: ["markdown"],
        options: ["speakers", "times", "speaker_names", "newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        let title = Spacing.tidied(options.title)
        if !title.isEmpty { lines.add("# " + Self.escaped(title)) }
        for paragraph in Paragraph.paragraphs(orText: transcript) {
            if !lines.isEmpty { lines.add() }
            lines.add(Self.heading(paragraph, options) + Self.escaped(paragraph.text))
        }
        return lines.bytes
    }

    private static func heading(_ paragraph: Paragraph, _ options: ExportOptions) -> String {
        let speaker = options.speakers ?? true ? paragraph.speaker.map { "**\(escaped(options.name(of: $0))):** " } ?? "" : ""
        guard options.times ?? true, paragraph.isTimed else { return speaker }
        return "`\(Milliseconds(paragraph.start).clock(digits: 0))` " + speaker
    }

    /// Takes the meaning from what Markdown or HTML would read as markup.
    static func escaped(_ text: String) -> String {
        var result = ""
        var isNumber = true
        for (index, scalar) in text.unicodeScalars.enumerated() {
            let startsBlock = index == 0 && (scalar == "+" || scalar == "-" || scalar == ">")
            let endsListNumber = (scalar == "." || scalar == ")") && index > 0 && isNumber
            if special.contains(scalar) || startsBlock || endsListNumber { result += "\\" }
            isNumber = isNumber && ("0"..."9").contains(scalar)
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private static let special: Set<Unicode.Scalar> = ["\\", "`", "*", "_", "[", "]", "<", "&", "#", "|", "~"]
}
