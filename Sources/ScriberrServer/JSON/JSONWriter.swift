import ScriberrCore

/// Writes JSON straight into bytes: fields in the order of the calls, `nil` as `null`, no reflection.
///
/// Answers are small and many; a general encoder spends ten times as long on them as the database does, and an array that grows
/// by the byte twice as long as this one.
struct JSONWriter: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity = 512
    private var count = 0
    private var needsComma = false

    /// Starts with nothing.
    init() { start = .allocate(capacity: capacity) }

    deinit { start.deallocate() }

    /// What was written so far.
    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

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
        if let value { self.value(value) } else { null() }
    }

    /// Writes a field that holds whole numbers.
    mutating func field(_ name: StaticString, _ values: [Int8]) {
        key(name)
        array { json in for value in values { json.raw(String(value)) } }
    }

    /// Writes a truth field.
    mutating func field(_ name: StaticString, _ value: Bool?) {
        key(name)
        if let value { raw(value ? "true" : "false") } else { null() }
    }

    /// Writes a whole-number field.
    mutating func field(_ name: StaticString, _ value: (some BinaryInteger)?) {
        key(name)
        if let value { raw(String(value)) } else { null() }
    }

    /// Writes a fraction field; what JSON has no number for becomes `null`.
    mutating func field(_ name: StaticString, _ value: Double?) {
        key(name)
        guard let value, value.isFinite else { return null() }
        raw(value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : value.description)
    }

    /// Writes a time field, RFC 3339 in UTC.
    mutating func field(_ name: StaticString, _ value: Timestamp?) {
        key(name)
        guard let value else { return null() }
        separate()
        reserve(Timestamp.rfc3339CountMax + 2)
        add("\"")
        count += value.writeRFC3339(to: UnsafeMutableBufferPointer(start: start + count, count: Timestamp.rfc3339CountMax))
        add("\"")
        needsComma = true
    }

    /// Writes a text as a value of an array.
    mutating func value(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { utf8 in
            reserve(utf8.count + 2)
            add("\"")
            if utf8.needsEscape {
                for byte in utf8 { append(escaped: byte) }
            } else {
                append(utf8)
            }
            reserve(1)
            add("\"")
        }
        needsComma = true
    }

    private mutating func nest(open: Unicode.Scalar, close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
        separate()
        reserve(1)
        add(open)
        needsComma = false
        body(&self)
        reserve(1)
        add(close)
        needsComma = true
    }

    private mutating func key(_ name: StaticString) {
        separate()
        reserve(name.utf8CodeUnitCount + 3)
        add("\"")
        append(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        add("\"")
        add(":")
        needsComma = false
    }

    private mutating func raw(_ text: String) {
        separate()
        append(text)
        needsComma = true
    }

    private mutating func null() { raw("null") }

    private mutating func separate() {
        guard needsComma else { return }
        reserve(1)
        add(",")
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(#"\""#)
        case UInt8(ascii: "\\"): append(#"\\"#)
        case 10: append(#"\n"#)
        case 13: append(#"\r"#)
        case 9: append(#"\t"#)
        case ..<0x20: append((byte < 16 ? "\\u000" : "\\u00") + String(byte, radix: 16))
        default:
            reserve(1)
            start[count] = byte
            count += 1
        }
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (start + count).initialize(from: source, count: bytes.count)
        count += bytes.count
    }

    /// Writes an ASCII character, for which there must be room.
    private mutating func add(_ character: Unicode.Scalar) {
        start[count] = UInt8(ascii: character)
        count += 1
    }

    /// Makes room for so many bytes more.
    private mutating func reserve(_ more: Int) {
        guard capacity - count < more else { return }
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.moveInitialize(from: start, count: count)
        start.deallocate()
        start = larger
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether a byte may not stand in a text of JSON as it is. Looks at eight at once, which is how far most texts get.
    fileprivate var needsEscape: Bool {
        let bytes = UnsafeRawBufferPointer(self)
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // A byte below n leaves its highest bit set in (byte - n) & ~byte; ones, the byte 0x01 eight times, make it so for each.
            let ones: UInt64 = 0x0101_0101_0101_0101
            let (quote, slash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
            let low = (word &- ones &* 0x20) & ~word
            let marks = low | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
            if marks & (ones &* 0x80) != 0 { return true }
            index += 8
        }
        return self[index...].contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    }
}
