import ScriberrCore

/// A table after RFC 4180, a row for each segment or, if wanted, for each word. Lines always end as the RFC says.
struct CSVExport: TranscriptExport {
    let format = ExportFormat("csv", "CSV table", mediaType: "text/csv; charset=utf-8", options: ["words", "speaker_names"])

    func render(_ transcript: Transcript, _ options: ExportOptions) -> [UInt8] {
        var text = "start,end,speaker,\(options.words ? "word" : "text"),confidence\r\n"
        for row in options.words ? words(of: transcript) : segments(of: transcript) {
            let speaker = row.speaker.map(options.name) ?? ""
            let cells = [seconds(row.start), seconds(row.end), Self.cell(speaker), Self.cell(row.text), share(row.confidence)]
            text += cells.joined(separator: ",") + "\r\n"
        }
        return Array(text.utf8)
    }

    private struct Row {
        var start: Double
        var end: Double
        var speaker: String?
        var text: String
        var confidence: Double?
    }

    private func words(of transcript: Transcript) -> [Row] {
        transcript.words.map {
            Row(start: $0.start, end: $0.end, speaker: $0.speaker, text: $0.word, confidence: $0.confidence)
        }
    }

    private func segments(of transcript: Transcript) -> [Row] {
        let ranges = SegmentWords.ranges(of: transcript.segments, words: transcript.words)
        return zip(transcript.segments, ranges).map { segment, range in
            let known = transcript.words[range].compactMap(\.confidence).filter(\.isFinite)
            let mean = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
            return Row(start: segment.start, end: segment.end, speaker: segment.speaker, text: segment.text, confidence: mean)
        }
    }

    private func seconds(_ value: Double) -> String {
        let time = Milliseconds(value).value
        let fraction = String(time % 1_000)
        return "\(time / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    private func share(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return decimal(Int64((min(1, max(0, value)) * 10_000).rounded()), places: 4)
    }

    /// A cell in quotes where it needs them. Spreadsheets run what begins like a formula; an apostrophe makes it text.
    static func cell(_ value: String) -> String {
        let tidy = Spacing.tidied(value)
        let guarded = tidy.unicodeScalars.first.map { formulaStarts.contains($0) } == true ? "'" + tidy : tidy
        guard guarded.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" }) else { return guarded }
        return "\"" + guarded.unicodeScalars.reduce(into: "") { $0 += $1 == "\"" ? "\"\"" : String($1) } + "\""
    }

    private static let formulaStarts: Set<Unicode.Scalar> = ["=", "+", "-", "@", "＝", "＋", "－", "＠"]
}
