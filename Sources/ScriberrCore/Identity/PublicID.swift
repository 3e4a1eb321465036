/// An identifier as clients see it: a fixed prefix, then characters that carry no meaning for them.
///
/// The random part starts with the creation time in milliseconds, so that rows made together lie together in an
/// index (random keys cost an index more than anything else at insert).
public protocol PublicID: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The text every identifier of this kind starts with, underscore included.
    static var prefix: String { get }
    /// The whole identifier, prefix included.
    var text: String { get }
    /// Wraps a text that is known to be well formed, for example one read back from the database.
    init(trusted text: String)
}

extension PublicID {
    /// The identifier in `text`, or nil when the prefix is missing or a character is not allowed.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let rest = text.utf8.dropFirst(Self.prefix.utf8.count)
        guard (1...64).contains(rest.count), rest.allSatisfy(\.isIdentifierCharacter) else { return nil }
        self.init(trusted: text)
    }

    /// A new identifier: prefix and 32 hexadecimal digits, 12 of them the time in milliseconds.
    public static func make(at time: Timestamp, using random: inout some RandomNumberGenerator) -> Self {
        let milliseconds = UInt64(max(0, time.microseconds / 1_000)) & 0xFFFF_FFFF_FFFF
        let high = (milliseconds << 16) | (random.next() & 0xFFFF)
        return Self(trusted: prefix + hex(high) + hex(random.next()))
    }

    /// A new identifier from the system's random numbers.
    public static func make(at time: Timestamp = .now) -> Self {
        var random = SystemRandomNumberGenerator()
        return make(at: time, using: &random)
    }

    /// The whole identifier.
    public var description: String { text }

    /// Reads the identifier from one JSON string.
    public init(from decoder: any Decoder) throws {
        self.init(trusted: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the identifier as one JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

private func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

extension UInt8 {
    fileprivate var isIdentifierCharacter: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// A stored recording, `file_…`.
public struct FileID: PublicID {
    /// `file_`
    public static let prefix = "file_"
    /// The whole identifier.
    public let text: String
    /// Wraps a well-formed identifier.
    public init(trusted text: String) { self.text = text }
}

/// A transcription job and its result, `tr_…`.
public struct TranscriptionID: PublicID {
    /// `tr_`
    public static let prefix = "tr_"
    /// The whole identifier.
    public let text: String
    /// Wraps a well-formed identifier.
    public init(trusted text: String) { self.text = text }
}

/// One attempt at a transcription, `exec_…`.
public struct ExecutionID: PublicID {
    /// `exec_`
    public static let prefix = "exec_"
    /// The whole identifier.
    public let text: String
    /// Wraps a well-formed identifier.
    public init(trusted text: String) { self.text = text }
}

/// A named set of options, `profile_…`.
public struct ProfileID: PublicID {
    /// `profile_`
    public static let prefix = "profile_"
    /// The whole identifier.
    public let text: String
    /// Wraps a well-formed identifier.
    public init(trusted text: String) { self.text = text }
}

/// One running server or worker process, `inst_…`. A process that starts again is another instance.
public struct InstanceID: PublicID {
    /// `inst_`
    public static let prefix = "inst_"
    /// The whole identifier.
    public let text: String
    /// Wraps a well-formed identifier.
    public init(trusted text: String) { self.text = text }
}

/// The account that owns a row. Clients see their own as `user_self`, administrators each as `user_7`.
public struct UserID: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The row number in `users`.
    public let number: Int64
    /// Wraps a row number.
    public init(_ number: Int64) { self.number = number }
    /// The row number as text.
    public var description: String { String(number) }
}
