import ScriberrCore

/// Durations of single operations.
struct Durations: Sendable {
    private var values: [Duration] = []

    var count: Int { values.count }

    mutating func add(_ duration: Duration) { values.append(duration) }

    mutating func add(_ other: Durations) { values += other.values }

    /// The duration that the given share of all does not exceed, in microseconds.
    func microseconds(at share: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[Int(Double(sorted.count - 1) * share)].inSeconds * 1_000_000
    }

    /// The figures that a line shows of them.
    func figures(_ name: String) -> [(String, Double)] {
        [("\(name)_p50_us", microseconds(at: 0.5)), ("\(name)_p99_us", microseconds(at: 0.99))]
    }
}

/// Prints one line: what was measured, then its figures.
func report(_ section: String, _ conditions: [(String, String)], _ figures: [(String, Double)]) {
    let words = ["ours", section] + conditions.map { "\($0)=\($1)" } + figures.map { "\($0)=\(rounded($1))" }
    print(words.joined(separator: " "))
}

private func rounded(_ value: Double) -> String {
    value.isFinite ? String((value * 100).rounded() / 100) : "nan"
}
