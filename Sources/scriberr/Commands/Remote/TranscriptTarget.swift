import Foundation
import ScriberrCore
import ScriberrTranscript

/// Where a transcript from the server goes, and in which format.
struct TranscriptTarget {
    /// Nil for what ``output`` ends in, or txt.
    var format: String?
    /// A file or a folder; nil for standard output.
    var output: String?
    /// Options of the format, `name=value`.
    var options: [String] = []

    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return path.hasSuffix("/") || (exists && isDirectory.boolValue)
    }

    /// Fetches the transcript of a job and writes it. `name` is what a file in a folder is called after.
    func write(_ job: String, of name: String, _ client: ServerClient) async throws {
        let export = try TranscriptExports.named(chosenFormat)
        let data = try await fetch(job, export.format.id, client)
        guard let output else {
            Output.write(data)
            if let last = data.last, last != 10 { Output.write(Data("\n".utf8)) }
            return
        }
        do {
            var target = output
            if Self.isFolder(output) {
                try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
                let stem = (name as NSString).deletingPathExtension
                target = (output as NSString).appendingPathComponent("\(stem).\(export.format.fileExtension)")
            }
            try data.write(to: URL(fileURLWithPath: target), options: .atomic)
        } catch {
            throw ScriberrError(.storageFailed, "The transcript could not be written there.", detail: "\(error)")
        }
    }

    /// The transcript in a format, as the server renders it.
    func fetch(_ job: String, _ format: String, _ client: ServerClient) async throws -> Data {
        var query = "format=\(client.escaped(format))"
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ScriberrError(.validation, "An --export-option is written name=value, for example preset=netflix.")
            }
            query += "&\(client.escaped(parts[0]))=\(client.escaped(parts[1]))"
        }
        return try await client.send(.GET, "transcriptions/\(client.escaped(job))/transcript?\(query)").body
    }

    private var chosenFormat: String {
        if let format { return format }
        let ending = ((output ?? "") as NSString).pathExtension
        // An ending that means nothing to us is no request.
        return (try? TranscriptExports.named(ending)) == nil ? "txt" : ending
    }
}
