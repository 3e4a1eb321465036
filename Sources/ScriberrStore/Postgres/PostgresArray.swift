/// Columns of many rows, each as the text of an array: `unnest($1::text::text[], …)` makes rows of them.
enum PostgresArray {
    static func texts(_ values: [String?]) -> SQLValue { .text(list(values) { quoted($0) }) }

    static func numbers(_ values: [Int64?]) -> SQLValue { .text(list(values) { String($0) }) }

    static func fractions(_ values: [Double?]) -> SQLValue { .text(list(values) { String($0) }) }

    /// Bytes go as hexadecimal digits, which `decode(…, 'hex')` reads.
    static func bytes(_ values: [[UInt8]]) -> SQLValue { .text(list(values.map(Optional.some)) { digits($0) }) }

    private static func list<Value>(_ values: [Value?], _ text: (Value) -> String) -> String {
        "{" + values.map { $0.map(text) ?? "NULL" }.joined(separator: ",") + "}"
    }

    private static func quoted(_ text: String) -> String {
        var bytes = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digits(_ bytes: [UInt8]) -> String {
        let alphabet = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(alphabet[Int(byte >> 4)])
            text.append(alphabet[Int(byte & 15)])
        }
        // No digits at all would be no element.
        return text.isEmpty ? "\"\"" : String(decoding: text, as: UTF8.self)
    }
}
