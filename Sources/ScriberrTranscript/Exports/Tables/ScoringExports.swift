import ScriberrCore

/// NIST CTM: a line for each word. Where the engine gave no word times they are spread over the segment, and a comment says so.
struct CTMExport: TranscriptExport {
    let format = ExportFormat("ctm", "CTM words", mediaType: "text/plain; charset=utf-8", options: ["newline"])

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        let file = scoringName(options.title, orElse: "recording")
        if transcript.words.isEmpty {
            let words = CueWords.runs(of: transcript, pause: 1).flatMap(\.words)
            if !words.isEmpty { lines.add(";; word times are estimated from segment times") }
            for word in words { lines.add(line(file, word.start, word.end, word.text, nil)) }
        }
        for word in transcript.words {
            lines.add(line(file, Milliseconds(word.start), Milliseconds(word.end), word.word, word.confidence))
        }
        return lines.bytes
    }

    private func line(_ file: String, _ start: Milliseconds, _ end: Milliseconds, _ word: String, _ confidence: Double?) -> String
    {
        let length = Milliseconds(max(0, end.value - start.value))
        let known = confidence.flatMap { $0.isFinite ? min(1, max(0, $0)) : nil }
        let share = known.map { " " + decimal(Int64(($0 * 10_000).rounded()), places: 4) } ?? ""
        return "\(file) 1 \(start.decimal) \(length.decimal) \(scoringName(word, orElse: "_"))\(share)"
    }
}

/// RTTM: who speaks when. Segments without a speaker have no place in it.
struct RTTMExport: TranscriptExport {
    let format = ExportFormat(
        "rttm",
        "RTTM speakers",
        mediaType: "text/plain; charset=utf-8",
        options: ["speaker_names", "newline"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var lines = TextLines(options)
        let file = scoringName(options.title, orElse: "recording")
        for segment in transcript.segments {
            guard let speaker = segment.speaker else { continue }
            let start = Milliseconds(segment.start)
            let length = Milliseconds(max(0, Milliseconds(segment.end).value - start.value))
            let name = scoringName(options.name(of: speaker), orElse: "speaker")
            lines.add("SPEAKER \(file) 1 \(start.decimal) \(length.decimal) <NA> <NA> \(name) <NA> <NA>")
        }
        return lines.bytes
    }
}

/// SegLST, the JSON of the CHiME challenges and meeteval.
struct SegLSTExport: TranscriptExport {
    let format = ExportFormat(
        "seglst",
        "SegLST",
        mediaType: "application/json",
        fileExtension: "seglst.json",
        options: ["speaker_names"]
    )

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var json = JSONWriter()
        let session = Spacing.tidied(options.title)
        json.array { json in
            for segment in transcript.segments {
                json.object { json in
                    json.text("session_id", session.isEmpty ? "recording" : session)
                    json.text("speaker", segment.speaker.map(options.name) ?? "unknown")
                    json.seconds("start_time", segment.start)
                    json.seconds("end_time", segment.end)
                    json.text("words", Spacing.tidied(segment.text))
                }
            }
        }
        return json.bytes
    }
}

/// A name for formats whose fields are divided by spaces.
private func scoringName(_ text: String, orElse fallback: String) -> String {
    let name = Spacing.tidied(text).unicodeScalars.reduce(into: "") { $0 += $1 == " " ? "_" : String($1) }
    // Two semicolons begin a comment.
    return name.isEmpty ? fallback : name.hasPrefix(";;") ? "_" + name : name
}
