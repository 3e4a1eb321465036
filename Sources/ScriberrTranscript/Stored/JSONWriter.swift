/// Writes JSON bytes: what is written comes out in the order of the calls, without spaces.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Writes an object or, inside one, the object under `key`.
    mutating func object(_ key: StaticString? = nil, _ members: (inout JSONWriter) -> Void) {
        nested(key, UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    /// Writes an array of what `elements` writes.
    mutating func array(_ key: StaticString? = nil, _ elements: (inout JSONWriter) -> Void) {
        nested(key, UInt8(ascii: "["), UInt8(ascii: "]"), elements)
    }

    /// Writes a string member, or nothing for nil.
    mutating func text(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        name(key)
        string(value)
    }

    /// Writes seconds rounded to milliseconds.
    mutating func seconds(_ key: StaticString, _ value: Double) {
        name(key)
        bytes.append(contentsOf: Milliseconds(value).decimal.utf8)
    }

    /// Writes an object of texts, by name.
    mutating func texts(_ key: StaticString, _ values: [String: String]) { object(key) { $0.members(values) } }

    /// Writes texts as members, by name.
    mutating func members(_ values: [String: String]) {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            comma()
            string(key)
            bytes.append(UInt8(ascii: ":"))
            string(value)
        }
    }

    /// Writes a whole number.
    mutating func integer(_ key: StaticString, _ value: Int64) {
        name(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes an array of whole numbers.
    mutating func integers(_ key: StaticString, _ values: [Int64]) {
        array(key) { json in
            for value in values {
                json.comma()
                json.bytes.append(contentsOf: String(value).utf8)
            }
        }
    }

    /// Writes a share from 0 to 1 with at most four decimals, or nothing for nil.
    mutating func share(_ key: StaticString, _ value: Double?) {
        guard let value, value.isFinite else { return }
        name(key)
        bytes.append(contentsOf: decimal(Int64((min(1, max(0, value)) * 10_000).rounded()), places: 4).utf8)
    }

    /// Writes a number with at most four decimals; what is no number is 0.
    mutating func number(_ key: StaticString, _ value: Double) {
        name(key)
        let scaled = value.isFinite ? Int64((min(max(value, -1e9), 1e9) * 10_000).rounded()) : 0
        if scaled < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.append(contentsOf: decimal(abs(scaled), places: 4).utf8)
    }

    private mutating func nested(_ key: StaticString?, _ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        if let key { name(key) } else { comma() }
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func name(_ key: StaticString) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case 0x00..<0x20, 0x7F: bytes.append(contentsOf: "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
