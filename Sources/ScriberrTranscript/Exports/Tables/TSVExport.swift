import ScriberrCore

/// The table that whisper writes: whole milliseconds and text, divided by tabs.
struct TSVExport: TranscriptExport {
    let format = ExportFormat(
        "tsv",
        "Whisper TSV table",
        mediaType: "text/tab-separated-values; charset=utf-8",
        options: ["newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        lines.add("start\tend\ttext")
        for segment in transcript.segments {
            lines.add("\(Milliseconds(segment.start).value)\t\(Milliseconds(segment.end).value)\t\(Spacing.tidied(segment.text))")
        }
        return lines.bytes
    }
}

/// Labels for Audacity: seconds with six decimals and text, divided by tabs.
struct AudacityExport: TranscriptExport {
    let format = ExportFormat(
        "audacity",
        "Audacity labels",
        mediaType: "text/plain; charset=utf-8",
        fileExtension: "labels.txt",
        aliases: ["labels"],
        options: ["speakers", "speaker_names", "newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        for segment in transcript.segments {
            let speaker = options.speakers ?? true ? segment.speaker.map { options.name(of: $0) + ": " } ?? "" : ""
            lines.add(
                [seconds(segment.start), seconds(segment.end), speaker + Spacing.tidied(segment.text)].joined(separator: "\t")
            )
        }
        return lines.bytes
    }

    private func seconds(_ value: Double) -> String {
        let time = Milliseconds(value).value
        let fraction = String(time % 1_000)
        return "\(time / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction + "000"
    }
}
