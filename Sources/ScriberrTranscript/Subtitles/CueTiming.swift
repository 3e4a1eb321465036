/// Gives cues their times: as spoken, longer where the reader needs it, never one over the other.
struct CueTiming {
    let rules: CueRules

    /// Mends the times of cues that come in order of their text.
    func settle(_ cues: inout [Cue]) {
        for index in cues.indices {
            // Starts keep a distance in which the cue before can be seen at all.
            let earliest = index == 0 ? 0 : cues[index - 1].start.value + CueRules.shortest + rules.gap
            cues[index].start = Milliseconds(max(cues[index].start.value, earliest))
        }
        for index in cues.indices {
            let next = index + 1 < cues.count ? cues[index + 1].start.value : nil
            cues[index].end = Milliseconds(end(of: cues[index], next: next))
        }
    }

    private func end(of cue: Cue, next: Int64?) -> Int64 {
        let start = cue.start.value
        let latest = min(start + rules.maximum, next.map { $0 - rules.gap } ?? .max)
        let wanted = max(cue.end.value, start + wantedMilliseconds(cue), start + CueRules.shortest)
        let end = min(wanted, latest)
        guard let next, next - end < Milliseconds(rules.closesGapsUnderSeconds).value else { return end }
        return max(end, latest)
    }

    /// How long the reader wants to see the cue.
    func wantedMilliseconds(_ cue: Cue) -> Int64 {
        let weight = cue.texts.reduce(0) { $0 + rules.weight(of: $1) }
        return min(rules.maximum, max(rules.minimum, rules.readingMilliseconds(weight: weight)))
    }
}
