import Foundation
import ScriberrCore
import ScriberrTranscript

/// Makes the name of a transcript's file from a pattern such as `{user}/{date}/{title}`.
enum ExportNaming {
    static let fields = ["title", "id", "user", "date", "language"]

    /// Whether a pattern has only fields that we know, and stays inside its folder.
    static func isGood(_ pattern: String) -> Bool {
        var rest = pattern
        for field in fields { rest = rest.replacingOccurrences(of: "{\(field)}", with: "x") }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        return !rest.contains("{") && !rest.contains("}") && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    /// The name for a job, without its ending. What people wrote becomes part of a name, never of a path.
    static func name(_ pattern: String, _ job: Transcription, user: String) -> String {
        let values = [
            "title": job.title, "id": job.id.text, "user": user, "date": String(job.createdAt.rfc3339.prefix(10)),
            "language": job.detectedLanguage ?? job.options.language ?? "unknown",
        ]
        // Field by field, so that a title with braces is not taken for a pattern.
        var name = ""
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            name += rest[..<open]
            // A file's name has at most 255 bytes; the ending and a number need some.
            name += FileName.clean(values[String(rest[rest.index(after: open)..<close])] ?? "", bytesMax: 180) ?? "untitled"
            rest = rest[rest.index(after: close)...]
        }
        return name + rest
    }
}
