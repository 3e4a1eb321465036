/// A JSON value that keeps the order of its fields, written as Swift literals.
indirect enum DocumentValue: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    case text(String)
    case integer(Int)
    case fraction(Double)
    case truth(Bool)
    case array([DocumentValue])
    case object([Field])
    case null

    struct Field: Sendable, Hashable {
        var name: String
        var value: DocumentValue
    }

    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .fraction(value) }
    init(booleanLiteral value: Bool) { self = .truth(value) }
    init(arrayLiteral elements: DocumentValue...) { self = .array(elements) }
    init(nilLiteral: ()) { self = .null }
    init(dictionaryLiteral elements: (String, DocumentValue)...) {
        self = .object(elements.map { Field(name: $0.0, value: $0.1) })
    }

    init(_ fields: [(String, DocumentValue)]) { self = .object(fields.map { Field(name: $0.0, value: $0.1) }) }

    /// The fields of an object; none for anything else.
    var fields: [Field] {
        if case .object(let fields) = self { fields } else { [] }
    }

    /// The value of a field.
    subscript(name: String) -> DocumentValue? { fields.first { $0.name == name }?.value }

    /// The object with one more field.
    func adding(_ name: String, _ value: DocumentValue?) -> DocumentValue {
        guard let value else { return self }
        return .object(fields + [Field(name: name, value: value)])
    }

    /// The object with another value in a field.
    func replacing(_ name: String, _ value: DocumentValue) -> DocumentValue {
        .object(fields.map { $0.name == name ? Field(name: name, value: value) : $0 })
    }

    /// Writes the value as JSON.
    func write(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text):
            var json = JSONWriter()
            json.value(text)
            bytes += json.bytes
        case .integer(let value): bytes += String(value).utf8
        case .fraction(let value): bytes += String(value).utf8
        case .truth(let value): bytes += (value ? "true" : "false").utf8
        case .null: bytes += "null".utf8
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                DocumentValue.text(field.name).write(to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                field.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
