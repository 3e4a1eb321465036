import Foundation

/// A model's `tokens.txt`: one token and its number a line. sherpa-onnx ends the process on a bad one, or later when a
/// number that it does not hold comes up.
struct TokenTable {
    /// Tokens as they are written, by number.
    let tokens: [Int: Substring]
    /// The largest number plus one.
    let count: Int
    private let text: String

    struct Malformed: Error {
        var reason: String
    }

    static let bytesMax = 64 << 20

    init(path: String) throws(Malformed) {
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.bytesMax,
            let text = String(data: data, encoding: .utf8)
        else { throw Malformed(reason: "not a text in UTF-8") }
        self.text = text
        var tokens: [Int: Substring] = [:]
        for (index, line) in self.text.split(separator: "\n").enumerated() {
            let trimmed = line.hasSuffix("\r") ? line.dropLast() : line
            // A line with a number alone is the token of a space.
            let cut = trimmed.lastIndex { $0 == " " || $0 == "\t" }
            let number = Int(cut.map { trimmed[trimmed.index(after: $0)...] } ?? trimmed)
            guard let number, number >= 0, number < 10_000_000 else { throw Malformed(reason: "line \(index + 1)") }
            guard tokens.updateValue(cut.map { trimmed[..<$0] } ?? "", forKey: number) == nil else {
                throw Malformed(reason: "number \(number) twice")
            }
        }
        guard let last = tokens.keys.max() else { throw Malformed(reason: "empty") }
        guard tokens.count == last + 1 else { throw Malformed(reason: "numbers are missing") }
        self.tokens = tokens
        count = last + 1
    }

    func contains(_ token: String) -> Bool { tokens.values.contains { $0 == token } }
}
