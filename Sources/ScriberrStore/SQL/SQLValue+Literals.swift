package import ScriberrCore

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    /// A whole number written in code.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Text written in code.
    public init(stringLiteral value: String) { self = .text(value) }
    /// `NULL`.
    public init(nilLiteral: ()) { self = .null }
}

extension SQLValue {
    package static func int(_ value: Int) -> SQLValue { .integer(Int64(value)) }
    package static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
    package static func time(_ value: Timestamp) -> SQLValue { .integer(value.microseconds) }
    package static func time(_ value: Timestamp?) -> SQLValue { value.map { .integer($0.microseconds) } ?? .null }
    package static func text(_ value: String?) -> SQLValue { value.map { SQLValue.text($0) } ?? .null }
    package static func real(_ value: Double?) -> SQLValue { value.map { SQLValue.real($0) } ?? .null }
    package static func id(_ value: some PublicID) -> SQLValue { .text(value.text) }
    package static func id(_ value: UserID) -> SQLValue { .integer(value.number) }
}
