import ScriberrCore

/// Writes JSON straight into bytes: fields in the order of the calls, `nil` as `null`, no reflection.
///
/// Answers are small and many; a general encoder spends ten times as long on them as the database does.
struct JSONWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Starts with nothing.
    init() { bytes.reserveCapacity(512) }

    /// Writes an object around what `body` writes.
    mutating func object(_ body: (inout JSONWriter) -> Void) { nest(open: "{", close: "}", body) }

    /// Writes an array around what `body` writes.
    mutating func array(_ body: (inout JSONWriter) -> Void) { nest(open: "[", close: "]", body) }

    /// Writes a field that holds an object.
    mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    /// Writes a field that holds one object for each of `items`.
    mutating func objects<Item>(_ name: StaticString, _ items: [Item], _ body: (inout JSONWriter, Item) -> Void) {
        key(name)
        array { json in for item in items { json.object { body(&$0, item) } } }
    }

    /// Writes a field that holds texts.
    mutating func field(_ name: StaticString, _ values: [String]) {
        key(name)
        array { json in for value in values { json.value(value) } }
    }

    /// Writes a text field.
    mutating func field(_ name: StaticString, _ value: String?) {
        key(name)
        value.map { self.value($0) } ?? null()
    }

    /// Writes a field that holds whole numbers.
    mutating func field(_ name: StaticString, _ values: [Int8]) {
        key(name)
        array { json in for value in values { json.raw(String(value)) } }
    }

    /// Writes a truth field.
    mutating func field(_ name: StaticString, _ value: Bool?) {
        key(name)
        value.map { raw($0 ? "true" : "false") } ?? null()
    }

    /// Writes a whole-number field.
    mutating func field(_ name: StaticString, _ value: (some BinaryInteger)?) {
        key(name)
        value.map { raw(String($0)) } ?? null()
    }

    /// Writes a fraction field; what JSON has no number for becomes `null`.
    mutating func field(_ name: StaticString, _ value: Double?) {
        key(name)
        guard let value, value.isFinite else { return null() }
        raw(value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : value.description)
    }

    /// Writes a time field, RFC 3339 in UTC.
    mutating func field(_ name: StaticString, _ value: Timestamp?) { field(name, value?.rfc3339) }

    /// Writes a text as a value of an array.
    mutating func value(_ text: String) {
        separate()
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            if utf8.contains(where: \.needsEscape) {
                for byte in utf8 { append(escaped: byte) }
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func nest(open: Unicode.Scalar, close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    private mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func null() { raw("null") }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func append(escaped byte: UInt8) {
        guard byte.needsEscape else { return bytes.append(byte) }
        switch byte {
        case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
        case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
        case 10: bytes.append(contentsOf: #"\n"#.utf8)
        case 13: bytes.append(contentsOf: #"\r"#.utf8)
        case 9: bytes.append(contentsOf: #"\t"#.utf8)
        default: bytes.append(contentsOf: (byte < 16 ? "\\u000" : "\\u00").utf8 + Array(String(byte, radix: 16).utf8))
        }
    }
}

extension UInt8 {
    fileprivate var needsEscape: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}
