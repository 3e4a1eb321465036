import ScriberrCore

/// The transcript JSON of the Podcast Namespace.
struct PodcastExport: TranscriptExport {
    let format = ExportFormat(
        "podcast",
        "Podcast Namespace JSON",
        mediaType: "application/json",
        fileExtension: "podcast.json",
        options: ["speakers", "speaker_names"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.text("version", "1.0.0")
            json.array("segments") { json in
                for segment in transcript.segments {
                    json.object { json in
                        if options.speakers ?? true { json.text("speaker", segment.speaker.map(options.name)) }
                        json.seconds("startTime", segment.start)
                        json.seconds("endTime", segment.end)
                        json.text("body", Spacing.tidied(segment.text))
                    }
                }
            }
        }
        return json.bytes
    }
}
