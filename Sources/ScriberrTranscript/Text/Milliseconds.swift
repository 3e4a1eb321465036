/// A time in whole milliseconds, as files and clocks write it.
struct Milliseconds: Hashable, Comparable, Sendable {
    var value: Int64

    init(_ value: Int64) { self.value = value }

    /// Seconds rounded to the nearest millisecond; what is no time is 0. Rounding keeps the order of times.
    init(_ seconds: Double) {
        value = seconds.isFinite ? Int64((min(max(seconds, 0), 1e9) * 1_000).rounded()) : 0
    }

    /// Seconds with as many decimals as it takes: `1.2`, `0`, `65.004`.
    var decimal: String { ScriberrTranscript.decimal(value, places: 3) }

    /// A clock of hours, minutes and seconds with `digits` decimals behind `separator`; rounded, which keeps the order.
    func clock(hours: ClockHours = .always, separator: String = ".", digits: Int = 3) -> String {
        let unit: Int64 = [1_000, 100, 10, 1][min(3, max(0, digits))]
        let units = (value + unit / 2) / unit
        let perSecond = 1_000 / unit
        let seconds = units / perSecond
        var text = twoDigits(hours == .never ? seconds / 60 : seconds / 60 % 60) + ":" + twoDigits(seconds % 60)
        switch hours {
        case .always: text = twoDigits(seconds / 3_600) + ":" + text
        case .single: text = String(seconds / 3_600) + ":" + text
        case .never: break
        }
        guard digits > 0 else { return text }
        let fraction = String(units % perSecond)
        return text + separator + String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
    }

    static func < (a: Milliseconds, b: Milliseconds) -> Bool { a.value < b.value }
}

/// How a clock writes its hours.
enum ClockHours {
    /// Two digits: `00:01:02`.
    case always
    /// One digit where that is enough: `0:01:02`.
    case single
    /// As minutes: `61:02`.
    case never
}

func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : String(value) }

/// A whole number of 10^-places as a decimal without trailing zeros.
func decimal(_ value: Int64, places: Int) -> String {
    var fraction = value
    var digits: [UInt8] = []
    for _ in 0..<places {
        digits.append(UInt8(ascii: "0") + UInt8(fraction % 10))
        fraction /= 10
    }
    digits.reverse()
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits.isEmpty ? String(fraction) : "\(fraction).\(String(decoding: digits, as: UTF8.self))"
}
