import ScriberrCore

/// Columns of many rows, each as the text of an array: `unnest($1::text::text[], …)` makes rows of them.
enum PostgresArray {
    static func texts(_ values: [String?]) -> SQLValue { .text(list(values) { quoted($0) }) }

    static func numbers(_ values: [Int64?]) -> SQLValue { .text(list(values) { String($0) }) }

    static func fractions(_ values: [Double?]) -> SQLValue { .text(list(values) { String($0) }) }

    /// Bytes go as hexadecimal digits, which `decode(…, 'hex')` reads. No digits at all would be no element.
    static func bytes(_ values: [[UInt8]]) -> SQLValue {
        .text(list(values.map(Optional.some)) { $0.isEmpty ? "\"\"" : hexadecimal($0) })
    }

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
}
