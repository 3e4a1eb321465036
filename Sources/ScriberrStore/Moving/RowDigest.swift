import Crypto

/// How many rows there are and a checksum over them that does not depend on their order or on the kind of database.
package struct RowDigest: Sendable, Hashable {
    /// How many rows were taken in.
    package private(set) var count: Int64 = 0
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    init() {}

    /// Takes a row in.
    mutating func add(_ values: [SQLValue]) {
        var hash = SHA256()
        for value in values { hash.update(data: value.canonical) }
        let digest = Array(hash.finalize())
        count += 1
        high &+= digest[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low &+= digest[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The checksum as 32 hexadecimal digits.
    package var text: String {
        func digits(_ number: UInt64) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(high) + digits(low)
    }
}

extension SQLValue {
    /// The value as bytes that end by themselves, the same whichever database it lies in.
    fileprivate var canonical: [UInt8] {
        switch self {
        case .null: return Array("n".utf8)
        case .integer(let number): return Array("i\(number);".utf8)
        case .real(let number): return Array("r\(number.bitPattern);".utf8)
        case .text(let text):
            // PostgreSQL has no text with a zero in it; its driver stores this sign instead.
            let bytes = Array(text.replacing("\0", with: "\u{FFFD}").utf8)
            return Array("t\(bytes.count):".utf8) + bytes
        case .blob(let bytes): return Array("b\(bytes.count):".utf8) + bytes
        }
    }

    /// What the value takes in memory, roughly.
    var byteCount: Int {
        switch self {
        case .null, .integer, .real: 8
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        }
    }
}
