extension CueRules {
    /// A rule that a list of cues breaks, as a sentence.
    struct Violation: Hashable, CustomStringConvertible {
        var cue: Int
        var rule: String
        var description: String { "cue \(cue + 1): \(rule)" }
    }

    /// Every rule that `cues` break. What no way of writing could have kept is none: a single word longer than a line, or a
    /// cue that the next one leaves no more time.
    func violations(in cues: [Cue]) -> [Violation] {
        cues.indices.flatMap { index in
            let next = index + 1 < cues.count ? cues[index + 1] : nil
            return (broken(by: cues[index]) + broken(by: cues[index], next)).map { Violation(cue: index, rule: $0) }
        }
    }

    private func broken(by cue: Cue) -> [String] {
        var rules: [String] = []
        if cue.lines.isEmpty || cue.lines.contains(where: { $0.text.isEmpty }) { rules.append("has no text") }
        if cue.lines.count > maximumLines { rules.append("has more than \(maximumLines) lines") }
        if cue.lines.contains(where: { $0.count > 1 && weight(of: $0.text) > capacity }) { rules.append("has a line too long") }
        if cue.texts.contains(where: { $0.contains(where: \.isNewline) }) { rules.append("has a line end within a line") }
        if cue.end.value - cue.start.value < Self.shortest { rules.append("is shorter than \(Self.shortest) ms") }
        if cue.end.value - cue.start.value > maximum { rules.append("is longer than \(maximumSeconds) s") }
        return rules
    }

    private func broken(by cue: Cue, _ next: Cue?) -> [String] {
        var rules: [String] = []
        let length = cue.end.value - cue.start.value
        if let next, next.start.value - cue.end.value < gap { rules.append("comes closer than \(gapSeconds) s to the next") }
        let hasRoom = next.map { $0.start.value - cue.end.value > gap } ?? true
        let reading = min(maximum, readingMilliseconds(weight: cue.texts.reduce(0) { $0 + weight(of: $1) }))
        if hasRoom, length < minimum { rules.append("is shorter than \(minimumSeconds) s with room behind it") }
        if hasRoom, length < reading { rules.append("is too fast to read with room behind it") }
        return rules
    }
}
