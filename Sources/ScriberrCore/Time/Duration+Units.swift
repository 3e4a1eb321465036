extension Duration {
    /// The duration in microseconds, what is smaller cut off.
    public var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// The duration in milliseconds, what is smaller cut off.
    public var wholeMilliseconds: Int64 { wholeMicroseconds / 1_000 }

    /// The duration in seconds.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// Reads a duration such as `500ms`, `2s`, `1.5h` or `1h30m`: numbers with units `ns`, `us`, `ms`, `s`, `m`, `h`
    /// written one behind the other, as Go's `time.ParseDuration` does. Nil when the text is anything else.
    public init?(text: String) {
        var rest = text[...]
        let isNegative = rest.hasPrefix("-")
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        if rest == "0" {
            self = .zero
            return
        }
        guard !rest.isEmpty else { return nil }
        var seconds = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let scale = secondsPerUnit[String(unit)] else { return nil }
            seconds += value * scale
        }
        guard seconds.isFinite, seconds < 1e9 else { return nil }
        self = .nanoseconds(Int64(((isNegative ? -1 : 1) * seconds * 1e9).rounded()))
    }

    /// The duration as ``init(text:)`` reads it, `1h30m0s` or `500ms`.
    public var text: String {
        let milliseconds = wholeMilliseconds
        if milliseconds % 1_000 != 0 { return "\(milliseconds)ms" }
        let seconds = milliseconds / 1_000
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3_600 { return "\(seconds / 60)m\(seconds % 60)s" }
        return "\(seconds / 3_600)h\(seconds / 60 % 60)m\(seconds % 60)s"
    }
}

private let secondsPerUnit: [String: Double] = [
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3_600,
]
