import Foundation
import ScriberrCore

/// The file of word pieces that the library wants for hotwords and no model brings along: made from the model's tokens,
/// the earlier ones likelier.
enum HotwordVocabulary {
    /// Writes the file into the system's temporary folder and gives its path.
    static func write(tokensPath: String) throws -> String {
        guard let table = try? TokenTable(path: tokensPath) else {
            throw ScriberrError(.modelCorrupt, "The model's list of tokens is damaged; download the model again.")
        }
        let lines = (0..<table.count).compactMap { number in table.tokens[number].map { "\($0)\t-\(number)\n" } }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("scriberr-\(UUID().uuidString).vocab").path
        do {
            try lines.joined().write(toFile: path, atomically: false, encoding: .utf8)
        } catch {
            throw ScriberrError(.storageFailed, "A temporary file could not be written.", detail: "\(error)")
        }
        return path
    }

    static func remove(_ path: String) { unlink(path) }
}
