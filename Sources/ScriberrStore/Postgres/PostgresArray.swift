import CPQ
import ScriberrCore

/// A column of many rows as one argument, in the binary form of an array: `($1::text[])[n]` is the value of the n-th row.
struct PostgresArray: PostgresArgument {
    let postgresType: Oid
    private let bytes: [UInt8]

    static func texts(_ values: [String?]) -> PostgresArray {
        .init(PostgresType.texts, of: PostgresType.text, values.map(SQLValue.text))
    }

    static func numbers(_ values: [Int64]) -> PostgresArray {
        .init(PostgresType.int8s, of: PostgresType.int8, values.map(SQLValue.integer))
    }

    static func fractions(_ values: [Double?]) -> PostgresArray {
        .init(PostgresType.float8s, of: PostgresType.float8, values.map(SQLValue.real))
    }

    static func bytes(_ values: [[UInt8]]) -> PostgresArray {
        .init(PostgresType.byteses, of: PostgresType.bytes, values.map(SQLValue.blob))
    }

    /// One dimension, whether there may be `NULL`, the elements' type, how many, the first one's number; then each behind its length.
    private init(_ type: Oid, of element: Oid, _ values: [SQLValue]) {
        postgresType = type
        var bytes: [UInt8] = []
        for word in [1, values.contains(.null) ? 1 : 0, element, UInt32(values.count), 1] { bytes.append(word: word) }
        for value in values {
            let place = bytes.count
            bytes.append(word: .max)
            guard !value.isNull else { continue }
            value.append(to: &bytes)
            bytes.set(word: UInt32(bytes.count - place - 4), at: place)
        }
        self.bytes = bytes
    }

    var isNull: Bool { false }

    func append(to buffer: inout [UInt8]) { buffer.append(contentsOf: bytes) }
}

extension [UInt8] {
    fileprivate mutating func append(word: UInt32) { Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) } }

    fileprivate mutating func set(word: UInt32, at place: Int) {
        Swift.withUnsafeBytes(of: word.bigEndian) { replaceSubrange(place..<place + 4, with: $0) }
    }
}
