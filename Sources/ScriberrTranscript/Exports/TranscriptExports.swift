package import ScriberrCore

/// Every format that transcripts can be written in, by name.
package enum TranscriptExports {
    /// In the order in which they are listed to people.
    package static let all: [any TranscriptExport] = [
        PlainTextExport(), CanonicalExport(), SubRipExport(), WebVTTExport(), MarkdownExport(), DocxExport(), CSVExport(),
        TSVExport(),
        ASSExport(), TTMLExport(), LRCExport(), AudacityExport(), CTMExport(), RTTMExport(), SegLSTExport(), PodcastExport(),
        WhisperExport(), WhisperXExport(), VerboseJSONExport(), DiarizedJSONExport(),
    ]

    /// The format of this name or alias, in upper or lower case. Throws `VALIDATION_ERROR` at `format`.
    package static func named(_ name: String) throws(ScriberrError) -> any TranscriptExport {
        let wanted = name.lowercased()
        guard let found = all.first(where: { $0.format.id == wanted || $0.format.aliases.contains(wanted) }) else {
            let known = all.map(\.format.id).joined(separator: ", ")
            throw ScriberrError(.validation, "format must be one of \(known)", field: "format")
        }
        return found
    }

    /// The format that an `Accept` header likes better than JSON; nil when there is none of ours. Of types that are liked alike the
    /// first counts, JSON by its name before all, and types by their names before `*/*`.
    package static func accepted(_ header: String) -> (any TranscriptExport)? {
        var best: (export: any TranscriptExport, quality: Double)?
        var (json, anything) = (0.0, 0.0)
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch parts.first {
            case "application/json": json = max(json, quality)
            case "*/*", "application/*": anything = max(anything, quality)
            case let type:
                guard let export = all.first(where: { essence($0.format.mediaType) == type }) else { continue }
                if quality > best?.quality ?? 0 { best = (export, quality) }
            }
        }
        guard let best, best.quality > json, best.quality >= anything else { return nil }
        return best.export
    }

    private static func essence(_ mediaType: String) -> String {
        mediaType.prefix { $0 != ";" }.filter { !$0.isWhitespace }
    }
}
