import Foundation
import ScriberrCore

/// What things may be called.
enum Title {
    static let charactersMax = 500

    /// A title that a person gave. Throws `VALIDATION_ERROR` with field `title`.
    static func given(_ text: String) throws -> String {
        let title = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !title.isEmpty else { throw ScriberrError(.validation, "A title is not empty.", field: "title") }
        guard title.count <= charactersMax else {
            throw ScriberrError(.validation, "A title has at most \(charactersMax) characters.", field: "title")
        }
        guard title.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw ScriberrError(.validation, "A title has no control characters.", field: "title")
        }
        return title
    }

    /// A title that something else gave: on one line, without control characters, not too long.
    static func found(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.isControl { scalars.append(scalar) }
        let title = String(scalars).trimmingCharacters(in: .whitespacesAndNewlines)
        return title.isEmpty ? "Untitled" : String(title.prefix(charactersMax))
    }

    /// The title that a file's name makes: its last part without extension, separators, `..` and control characters.
    static func of(fileName: String) -> String {
        let last = fileName.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        var scalars = String.UnicodeScalarView()
        for scalar in last.unicodeScalars where !scalar.isControl { scalars.append(scalar) }
        var name = String(scalars)
        if let dot = name.lastIndex(of: "."), dot != name.startIndex, name[dot...].utf8.count <= 9 { name = String(name[..<dot]) }
        while let range = name.range(of: "..") { name.replaceSubrange(range, with: ".") }
        name = name.trimmingCharacters(in: CharacterSet(charactersIn: ".").union(.whitespacesAndNewlines))
        return name.isEmpty ? "Untitled" : String(name.prefix(charactersMax))
    }
}
