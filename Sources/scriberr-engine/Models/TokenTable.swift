import Foundation

/// A model's `tokens.txt`: one token and its number a line. sherpa-onnx ends the process on a bad one, or later when a
/// number that it does not hold comes up.
struct TokenTable {
    /// Tokens as they are written, by number.
    let tokens: [Int: Substring]
    /// The largest number plus one.
    let count: Int

    struct Malformed: Error {
        var reason: String
    }

    static let bytesMax = 64 << 20

    init(path: String) throws(Malformed) {
        // Asked before it is read: a file without an end would take all memory.
        var status = stat()
        guard stat(path, &status) == 0, status.st_size <= Self.bytesMax, let data = FileManager.default.contents(atPath: path),
            let text = String(data: data, encoding: .utf8)
        else { throw Malformed(reason: "not a text in UTF-8") }
        var tokens: [Int: Substring] = [:]
        // In bytes: a carriage return and a line feed are one character to Swift.
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n")).enumerated() {
            let trimmed = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            // A line with a number alone is the token of a space.
            let cut = trimmed.lastIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            let number = Int(String(decoding: cut.map { trimmed[$0...].dropFirst() } ?? trimmed, as: UTF8.self))
            guard let number, number >= 0, number < 10_000_000 else { throw Malformed(reason: "line \(index + 1)") }
            let token = cut.map { text[trimmed.startIndex..<$0] } ?? ""
            guard tokens.updateValue(token, forKey: number) == nil else { throw Malformed(reason: "number \(number) twice") }
        }
        guard let last = tokens.keys.max() else { throw Malformed(reason: "empty") }
        guard tokens.count == last + 1 else { throw Malformed(reason: "numbers are missing") }
        self.tokens = tokens
        count = last + 1
    }

    func contains(_ token: String) -> Bool { tokens.values.contains { $0 == token } }
}
