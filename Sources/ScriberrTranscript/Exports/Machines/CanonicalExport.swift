import ScriberrCore

/// The canonical JSON, as the server keeps it.
struct CanonicalExport: TranscriptExport {
    let format = ExportFormat("json", "JSON", mediaType: "application/json", options: ["speaker_names"])

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        guard !options.speakerNames.isEmpty else { return CanonicalJSON.encode(transcript) }
        var named = transcript
        for index in named.segments.indices { named.segments[index].speaker = named.segments[index].speaker.map(options.name) }
        for index in named.words.indices { named.words[index].speaker = named.words[index].speaker.map(options.name) }
        return CanonicalJSON.encode(named)
    }
}
