import Foundation
import ScriberrCore

/// A file that has arrived in part, and what the server called that version of it. Only with such a name can the rest be asked
/// for: otherwise two versions could be glued together.
struct PartialFile: Sendable {
    let path: String

    private var notePath: String { path + ".json" }

    private struct Note: Codable {
        var url: String
        var validator: String
    }

    /// How many bytes can be built upon, and the version to ask for.
    func resumable(from url: String) -> (bytes: Int64, validator: String)? {
        guard let data = FileManager.default.contents(atPath: notePath),
            let note = try? JSONDecoder().decode(Note.self, from: data), note.url == url, let bytes = size, bytes > 0
        else { return nil }
        return (bytes, note.validator)
    }

    /// Bytes on disk; nil when there is no file.
    var size: Int64? {
        // No file and an unreadable one are the same here: nothing to build upon.
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.int64Value
    }

    /// Notes the version of what is being fetched; nil when the server names none.
    func remember(url: String, validator: String?) throws {
        try? FileManager.default.removeItem(atPath: notePath)
        guard let validator else { return }
        let data = try JSONEncoder().encode(Note(url: url, validator: validator))
        guard FileManager.default.createFile(atPath: notePath, contents: data) else { throw storageError(errno, "write note") }
    }

    /// Removes what cannot be built upon; `keepsResumable` spares a part whose version is known.
    func cleanUp(keepsResumable: Bool) {
        if keepsResumable, FileManager.default.fileExists(atPath: notePath), (size ?? 0) > 0 { return }
        try? FileManager.default.removeItem(atPath: path)
        try? FileManager.default.removeItem(atPath: notePath)
    }
}
