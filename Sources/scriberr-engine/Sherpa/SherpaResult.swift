import CSherpaOnnx

/// A copy of what the library found in one piece. Times are seconds from the start of what was fed.
struct SherpaResult: Sendable {
    var text: String
    var language: String?
    /// Empty unless the family gives token times.
    var tokens: [TimedToken]
    /// Stretches that the model itself set apart.
    var segments: [(range: Range<Double>, text: String)]

    init(_ result: SherpaOnnxOfflineRecognizerResult) {
        text = Self.text(result.text)
        let language = Self.text(result.lang).filter { $0.isLetter }
        self.language = language.isEmpty ? nil : language
        let count = Int(result.count)
        let times = Self.numbers(result.timestamps, count)
        let durations = Self.numbers(result.durations, count)
        let probabilities = Self.numbers(result.ys_log_probs, count)
        tokens =
            times.isEmpty
            ? []
            : (0..<count).map { index in
                TimedToken(
                    bytes: Self.bytes(result.tokens_arr?[index]),
                    start: times[index],
                    duration: durations.isEmpty ? nil : durations[index],
                    logProbability: probabilities.isEmpty ? nil : probabilities[index]
                )
            }
        let segmentCount = Int(result.segment_count)
        let starts = Self.numbers(result.segment_timestamps, segmentCount)
        let lengths = Self.numbers(result.segment_durations, segmentCount)
        segments =
            starts.isEmpty || lengths.isEmpty
            ? []
            : (0..<segmentCount).map { index in
                let start = max(starts[index], 0)
                return (start..<(start + max(lengths[index], 0)), Self.text(result.segment_texts_arr?[index]))
            }
    }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        guard let text else { return [] }
        var count = 0
        while text[count] != 0 { count += 1 }
        return (0..<count).map { UInt8(bitPattern: text[$0]) }
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String {
        let decoded = String(decoding: bytes(text), as: UTF8.self)
        return decoded.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The values of an optional array; empty when it is absent or holds something that is no number.
    private static func numbers(_ values: UnsafePointer<Float>?, _ count: Int) -> [Double] {
        guard let values, count > 0 else { return [] }
        let found = (0..<count).map { Double(values[$0]) }
        return found.allSatisfy(\.isFinite) ? found : []
    }

    private static func numbers(_ values: UnsafeMutablePointer<Float>?, _ count: Int) -> [Double] {
        numbers(values.map { UnsafePointer($0) }, count)
    }
}
