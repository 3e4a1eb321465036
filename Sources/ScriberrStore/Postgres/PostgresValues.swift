import CPQ

/// The types that are spoken, by their numbers in the server's catalogue.
enum PostgresType {
    static let bool: Oid = 16
    static let bytes: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let oid: Oid = 26
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1_700
    static let byteses: Oid = 1_001
    static let texts: Oid = 1_009
    static let int8s: Oid = 1_016
    static let float8s: Oid = 1_022
    /// Types whose binary form is their text: text, name, json, xml, varchar, bpchar, unknown and "char".
    static let textual: Set<Oid> = [18, 19, 25, 114, 142, 705, 1_042, 1_043]
}

/// What travels as an argument.
protocol PostgresArgument {
    /// The type that is declared for it. Nothing is declared for `NULL`: the server knows what stands there.
    var postgresType: Oid { get }
    var isNull: Bool { get }
    /// Appends the binary form to `buffer`.
    func append(to buffer: inout [UInt8])
}

extension SQLValue: PostgresArgument {
    var isNull: Bool { self == .null }

    var postgresType: Oid {
        switch self {
        case .null: 0
        case .integer: PostgresType.int8
        case .real: PostgresType.float8
        case .text: PostgresType.text
        case .blob: PostgresType.bytes
        }
    }

    func append(to buffer: inout [UInt8]) {
        switch self {
        case .null: break
        case .integer(let number): buffer.append(bigEndian: UInt64(bitPattern: number))
        case .real(let number): buffer.append(bigEndian: number.bitPattern)
        // PostgreSQL has no text with a zero in it.
        case .text(let text):
            let hasZero = text.utf8.contains(0)
            buffer.append(contentsOf: (hasZero ? text.replacing("\0", with: "\u{FFFD}") : text).utf8)
        case .blob(let bytes): buffer.append(contentsOf: bytes)
        }
    }

    /// Reads a value's binary form.
    init(type: Oid, bytes: UnsafeBufferPointer<UInt8>) throws {
        switch type {
        case PostgresType.int8: self = .integer(Int64(bitPattern: bytes.bigEndian()))
        case PostgresType.int4: self = .integer(Int64(Int32(truncatingIfNeeded: bytes.bigEndian())))
        case PostgresType.int2: self = .integer(Int64(Int16(truncatingIfNeeded: bytes.bigEndian())))
        case PostgresType.oid: self = .integer(Int64(bytes.bigEndian()))
        case PostgresType.bool: self = .integer(bytes.first == 0 ? 0 : 1)
        case PostgresType.float8: self = .real(Double(bitPattern: bytes.bigEndian()))
        case PostgresType.float4: self = .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bytes.bigEndian()))))
        case PostgresType.bytes: self = .blob(Array(bytes))
        case PostgresType.numeric: self = Self.numeric(bytes)
        case _ where PostgresType.textual.contains(type): self = .text(String(decoding: bytes, as: UTF8.self))
        default: throw PostgresFailure(state: "0A000", text: "a column has a type that is not read (\(type))")
        }
    }

    /// `numeric`, which sums of whole numbers are: groups of four digits, the place of the first one, a sign.
    private static func numeric(_ bytes: UnsafeBufferPointer<UInt8>) -> SQLValue {
        func word(_ index: Int) -> Int { Int(bytes[2 * index]) << 8 | Int(bytes[2 * index + 1]) }
        let (count, weight, sign) = (word(0), Int(Int16(truncatingIfNeeded: word(1))), word(2))
        let groups = (0..<count).map { word(4 + $0) }
        guard sign == 0 || sign == 0x4000 else { return .real(.nan) }
        let isWhole = word(3) == 0 && weight < 4
        if isWhole {
            let whole = (0...max(weight, 0)).reduce(Int64(0)) { $0 * 10_000 + Int64($1 < count ? groups[$1] : 0) }
            return .integer(weight < 0 ? 0 : sign == 0 ? whole : -whole)
        }
        var (value, scale) = (0.0, 1.0)
        for _ in 0..<abs(weight) { scale *= 10_000 }
        var unit = weight < 0 ? 1 / scale : scale
        for group in groups {
            value += Double(group) * unit
            unit /= 10_000
        }
        return .real(sign == 0 ? value : -value)
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: UInt64) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func bigEndian() -> UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}
