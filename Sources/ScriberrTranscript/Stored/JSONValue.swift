/// JSON read leniently into memory. Foundation's reader gives up on lone surrogates and boxes each number; stored
/// transcripts of other programs hold both, by the ten thousand.
enum JSONValue {
    case null
    case bool(Bool)
    case number(Double, literal: String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads one JSON text; nil when it is none. Numbers that are none, or too large, are `notFinite`.
    init?(_ bytes: [UInt8], notFinite: JSONValue = .null) {
        var reader = JSONReader(bytes, notFinite: notFinite)
        guard let value = reader.document() else { return nil }
        self = value
    }

    var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
    var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    var isNull: Bool { if case .null = self { true } else { false } }

    /// Strings as they are, numbers as they were written.
    var text: String? {
        switch self {
        case .string(let text): text
        case .number(_, let literal): literal
        default: nil
        }
    }

    /// Numbers, and strings that hold one. Never NaN nor infinite.
    var number: Double? {
        switch self {
        case .number(let value, _): value
        case .string(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private let notFinite: JSONValue
    private var index = 0
    /// Deeper nesting is refused: no transcript needs it, and the stack is finite.
    private static let depthMax = 64

    init(_ bytes: [UInt8], notFinite: JSONValue) {
        self.bytes = bytes
        self.notFinite = notFinite
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    mutating func document() -> JSONValue? {
        guard let value = value(depth: 0) else { return nil }
        skipSpace()
        return index == bytes.count ? value : nil
    }

    private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard byte == wanted else { return false }
        index += 1
        return true
    }

    private mutating func take(word: StaticString, as value: JSONValue) -> JSONValue? {
        for offset in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[offset]) { return nil }
        return value
    }

    private mutating func value(depth: Int) -> JSONValue? {
        skipSpace()
        guard depth < Self.depthMax, let byte else { return nil }
        switch byte {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string().map(JSONValue.string)
        case UInt8(ascii: "t"): return take(word: "true", as: .bool(true))
        case UInt8(ascii: "f"): return take(word: "false", as: .bool(false))
        case UInt8(ascii: "n"): return take(word: "null", as: .null)
        // Python writes these; they hold a place without a value.
        case UInt8(ascii: "N"): return take(word: "NaN", as: notFinite)
        case UInt8(ascii: "I"): return take(word: "Infinity", as: notFinite)
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> JSONValue? {
        var members: [String: JSONValue] = [:]
        index += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard byte == UInt8(ascii: "\""), let key = string() else { return nil }
            skipSpace()
            guard take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else { return nil }
            members[key] = value
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONValue? {
        var elements: [JSONValue] = []
        index += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            guard let value = value(depth: depth + 1) else { return nil }
            elements.append(value)
            skipSpace()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? .array(elements) : nil
    }

    private mutating func number() -> JSONValue? {
        let start = index
        if take(UInt8(ascii: "-")), byte == UInt8(ascii: "I") { return take(word: "Infinity", as: notFinite) }
        while let byte, isNumberByte(byte) { index += 1 }
        let literal = String(decoding: bytes[start..<index], as: UTF8.self)
        let digits = literal.first == "-" ? literal.dropFirst() : literal[...]
        guard let first = digits.first, first.isASCII, first.isNumber, let value = Double(literal) else { return nil }
        return value.isFinite ? .number(value, literal: literal) : notFinite
    }

    private func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func string() -> String? {
        index += 1
        let start = index
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { index += 1 }
        if byte == UInt8(ascii: "\"") {
            defer { index += 1 }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }
        var text = Array(bytes[start..<index])
        while let byte {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(into: &text) else { return nil }
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard let byte else { return false }
        index += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"): return unicodeEscape(into: &text)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        default: return false
        }
        return true
    }

    /// A surrogate without its other half becomes the replacement character.
    private mutating func unicodeEscape(into text: inout [UInt8]) -> Bool {
        guard var code = hexadecimal() else { return false }
        let isPair = code >> 10 == 0x36 && byte == UInt8(ascii: "\\") && index + 1 < bytes.count
        if isPair, bytes[index + 1] == UInt8(ascii: "u") {
            let back = index
            index += 2
            guard let low = hexadecimal() else { return false }
            if low >> 10 == 0x37 { code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF) } else { index = back }
        }
        text.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
        return true
    }

    private mutating func hexadecimal() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        var code: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            code = code << 4 | UInt32(digit)
        }
        index += 4
        return code
    }
}
