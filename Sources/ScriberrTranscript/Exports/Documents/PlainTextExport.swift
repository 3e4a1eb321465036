import ScriberrCore

/// Plain text: all of it as one, or a line for each speaker's turn, or a line with its time for each segment.
struct PlainTextExport: TranscriptExport {
    let format = ExportFormat(
        "txt",
        "Plain text",
        mediaType: "text/plain; charset=utf-8",
        aliases: ["text", "plain"],
        options: ["speakers", "times", "speaker_names", "newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        let showsSpeakers = options.speakers ?? false
        if options.times ?? false {
            for segment in transcript.segments { lines.add(line(Paragraph(segment), options, showsSpeakers, showsTime: true)) }
        } else if showsSpeakers, transcript.segments.contains(where: { $0.speaker != nil }) {
            for paragraph in Paragraph.paragraphs(of: transcript) {
                lines.add(line(paragraph, options, showsSpeakers, showsTime: false))
            }
        } else if !transcript.text.isEmpty {
            lines.add(Spacing.tidied(transcript.text))
        }
        return lines.bytes
    }

    private func line(_ paragraph: Paragraph, _ options: ExportOptions, _ showsSpeaker: Bool, showsTime: Bool) -> String {
        let time = showsTime ? "[\(Milliseconds(paragraph.start).clock(digits: 0))] " : ""
        let speaker = showsSpeaker ? paragraph.speaker.map { options.name(of: $0) + ": " } ?? "" : ""
        return time + speaker + paragraph.text
    }
}
