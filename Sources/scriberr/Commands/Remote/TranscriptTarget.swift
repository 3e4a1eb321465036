import ArgumentParser
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

    /// Throws for a format or a place that cannot be, told before an hour of work rather than behind it.
    static func validate(format: String?, output: String?, isJSON: Bool) throws {
        if isJSON, format != nil { throw ValidationError("--json and --format do not go together.") }
        do {
            if let format { _ = try TranscriptExports.named(format) }
        } catch {
            throw ValidationError(error.message)
        }
        if let output, let problem = Self.problem(withWritingTo: output) { throw ValidationError(problem) }
    }

    /// Why nothing can be written there.
    static func problem(withWritingTo output: String) -> String? {
        guard isFolder(output) else { return ResultFile.problem(output) }
        var folder = output
        while folder != "/", !FileManager.default.fileExists(atPath: folder) {
            folder = (folder as NSString).deletingLastPathComponent
            if folder.isEmpty { folder = "." }
        }
        return FileManager.default.isWritableFile(atPath: folder) ? nil : "The folder '\(folder)' cannot be written."
    }

    /// Fetches the transcript of a job and writes it. `name` is what a file in a folder is called, without an ending.
    func write(_ job: String, called name: String, _ client: ServerClient) async throws {
        let export = try TranscriptExports.named(chosenFormat)
        let data = try await fetch(job, export.format.id, client)
        guard let output else {
            try Output.write(data)
            // Text ends with its line; a document is its bytes.
            if export.format.isText, let last = data.last, last != 10 { try Output.write(Data("\n".utf8)) }
            return
        }
        try Self.write(data, to: output, called: "\(name).\(export.format.fileExtension)")
    }

    /// Writes to a file, or to one of this name in a folder, which is made. Throws `STORAGE_FAILED`.
    static func write(_ data: Data, to output: String, called name: String) throws {
        guard isFolder(output) else { return try ResultFile.write(data, to: output) }
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        } catch {
            throw ScriberrError(.storageFailed, "The folder '\(output)' cannot be made.", detail: "\(error)")
        }
        try ResultFile.write(data, to: (output as NSString).appendingPathComponent(name))
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
