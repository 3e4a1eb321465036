package import ScriberrCore

/// Reading a row's columns as what they should be. A value of another kind means that the file was changed from outside or
/// belongs to another version: `STORAGE_FAILED` with the column's name.
extension SQLRow {
    package func integer(_ column: String) throws -> Int64 {
        guard let value = try optionalInteger(column) else { throw unexpected(column) }
        return value
    }

    package func optionalInteger(_ column: String) throws -> Int64? {
        switch value(column) {
        case .null: nil
        case .integer(let number): number
        default: throw unexpected(column)
        }
    }

    package func int(_ column: String) throws -> Int { Int(try integer(column)) }

    package func bool(_ column: String) throws -> Bool { try integer(column) != 0 }

    package func text(_ column: String) throws -> String {
        guard let value = try optionalText(column) else { throw unexpected(column) }
        return value
    }

    package func optionalText(_ column: String) throws -> String? {
        switch value(column) {
        case .null: nil
        case .text(let text): text
        default: throw unexpected(column)
        }
    }

    package func real(_ column: String) throws -> Double {
        guard let value = try optionalReal(column) else { throw unexpected(column) }
        return value
    }

    package func optionalReal(_ column: String) throws -> Double? {
        switch value(column) {
        case .null: nil
        case .real(let number): number
        case .integer(let number): Double(number)
        default: throw unexpected(column)
        }
    }

    package func bytes(_ column: String) throws -> [UInt8] {
        switch value(column) {
        case .blob(let bytes): bytes
        case .text(let text): Array(text.utf8)
        default: throw unexpected(column)
        }
    }

    package func time(_ column: String) throws -> Timestamp { Timestamp(microseconds: try integer(column)) }

    package func optionalTime(_ column: String) throws -> Timestamp? {
        try optionalInteger(column).map(Timestamp.init(microseconds:))
    }

    @inline(__always)
    package func id<ID: PublicID>(_ column: String, as type: ID.Type = ID.self) throws -> ID { ID(trusted: try text(column)) }

    @inline(__always)
    package func optionalID<ID: PublicID>(_ column: String, as type: ID.Type = ID.self) throws -> ID? {
        try optionalText(column).map(ID.init(trusted:))
    }

    package func user(_ column: String) throws -> UserID { UserID(try integer(column)) }

    /// A value that is stored as its raw text. Inlined, as identifiers are: a generic call that is not specialized looks its types
    /// up at every row.
    @inline(__always)
    package func choice<Choice: RawRepresentable<String>>(_ column: String, as type: Choice.Type = Choice.self) throws -> Choice {
        guard let choice = Choice(rawValue: try text(column)) else { throw unexpected(column) }
        return choice
    }

    /// The error for a column that holds what it never should.
    package func unexpected(_ column: String) -> ScriberrError {
        ScriberrError(
            .storageFailed,
            "The database holds a value that this version cannot read.",
            disposition: .permanent,
            detail: "column \(column)"
        )
    }
}
