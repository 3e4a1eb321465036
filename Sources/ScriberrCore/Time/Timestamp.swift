public import Foundation

/// A point in time as whole microseconds since 1970-01-01T00:00:00Z. The only time the database stores.
public struct Timestamp: Hashable, Comparable, Codable, Sendable {
    /// Microseconds since the epoch, UTC.
    public let microseconds: Int64

    /// Wraps a number of microseconds since the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The present time of the system's clock. Code with rules about time takes a ``WallClock`` instead.
    public static var now: Timestamp { Timestamp(Date()) }

    /// The same instant, rounded to a microsecond.
    public init(_ date: Date) {
        self.init(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
    }

    /// The same instant as a Foundation date.
    public var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    /// Earlier comes first.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    /// The instant `duration` later.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds + duration.wholeMicroseconds)
    }

    /// The instant `duration` earlier.
    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds - duration.wholeMicroseconds)
    }

    /// The time that passed between two instants.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }

    /// Reads one JSON number of microseconds.
    public init(from decoder: any Decoder) throws {
        self.init(microseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    /// Writes one JSON number of microseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }
}

extension Timestamp {
    /// The instant as RFC 3339 in UTC with six decimals, `2026-11-24T01:50:36.123456Z`.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: Self.rfc3339CountMax) { writeRFC3339(to: $0) }
    }

    /// How many bytes ``writeRFC3339(to:)`` may write.
    public static let rfc3339CountMax = 32

    /// Writes ``rfc3339`` and answers its length in bytes. `text` has room for ``rfc3339CountMax``. A list of jobs has a hundred
    /// times and more.
    public func writeRFC3339(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let (days, dayMicroseconds) = microseconds.flooredDivision(by: 86_400_000_000)
        let (year, month, day) = civil(daysSinceEpoch: days)
        let (seconds, fraction) = dayMicroseconds.flooredDivision(by: 1_000_000)
        guard (0...9_999).contains(year) else {
            let bytes = "\(year)-\(month)-\(day)".utf8
            return text[..<bytes.count].initialize(fromContentsOf: Array(bytes))
        }
        write(year, 4, before: "-", to: text, at: 0)
        write(month, 2, before: "-", to: text, at: 5)
        write(day, 2, before: "T", to: text, at: 8)
        write(seconds / 3_600, 2, before: ":", to: text, at: 11)
        write(seconds / 60 % 60, 2, before: ":", to: text, at: 14)
        write(seconds % 60, 2, before: ".", to: text, at: 17)
        write(fraction, 6, before: "Z", to: text, at: 20)
        return 27
    }

    /// The instant that an RFC 3339 date-time names, in any zone offset; nil when the text is not one.
    public init?(rfc3339 text: String) {
        var scanner = DigitScanner(Array(text.utf8))
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2), scanner.skip("Tt "), let hour = scanner.number(2), scanner.skip(":"),
            let minute = scanner.number(2), scanner.skip(":"), let second = scanner.number(2),
            (1...12).contains(month), (1...daysIn(month: month, year: year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        guard let fraction = scanner.fractionMicroseconds(), let offset = scanner.zoneOffsetMinutes(), scanner.isAtEnd else {
            return nil
        }
        let days = daysSinceEpoch(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

/// Where the present time comes from. Tests hand in their own.
public protocol WallClock: Sendable {
    /// The present time.
    func now() -> Timestamp
}

/// The system's clock.
public struct SystemWallClock: WallClock {
    /// Makes the system's clock.
    public init() {}
    /// The present time.
    public func now() -> Timestamp { .now }
}

/// Writes the last `width` digits of a number and a sign behind them.
private func write(
    _ value: Int64,
    _ width: Int,
    before sign: Unicode.Scalar,
    to text: UnsafeMutableBufferPointer<UInt8>,
    at start: Int
) {
    var rest = value
    for index in (start..<start + width).reversed() {
        text.initializeElement(at: index, to: UInt8(ascii: "0") + UInt8(rest % 10))
        rest /= 10
    }
    text.initializeElement(at: start + width, to: UInt8(ascii: sign))
}

private func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in 400-year eras that start in March.
private func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.flooredDivision(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func civil(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

private struct DigitScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    private var digit: Int64? {
        guard index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
        return Int64(bytes[index] - UInt8(ascii: "0"))
    }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<width {
            guard let next = digit else { return nil }
            value = value * 10 + next
            index += 1
        }
        return value
    }

    mutating func skip(_ any: String) -> Bool {
        guard index < bytes.count, any.utf8.contains(bytes[index]) else { return false }
        index += 1
        return true
    }

    mutating func fractionMicroseconds() -> Int64? {
        guard skip(".") else { return 0 }
        guard digit != nil else { return nil }
        var value: Int64 = 0
        var scale: Int64 = 100_000
        while let next = digit {
            value += next * scale
            scale /= 10
            index += 1
        }
        return value
    }

    mutating func zoneOffsetMinutes() -> Int64? {
        if skip("Zz") { return 0 }
        let isWest = index < bytes.count && bytes[index] == UInt8(ascii: "-")
        guard skip("+-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
}
