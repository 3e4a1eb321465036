/// Divides the words of a cue into lines: as few as can be, at clauses, of like length, the longer one below.
struct LineBreaker {
    let rules: CueRules

    func lines(of words: [CueWord]) -> [[CueWord]] {
        let weights = words.map { rules.weight(of: $0.labeled) }
        let count = fewestLines(words, weights)
        guard count > 1 else { return [words] }
        var starts: [Int] = []
        var from = 0
        for line in stride(from: count, to: 1, by: -1) {
            let end = bestEnd(from: from, lines: line, words, weights)
            starts.append(from)
            from = end
        }
        starts.append(from)
        return zip(starts, starts.dropFirst() + [words.count]).map { Array(words[$0..<$1]) }
    }

    private func fewestLines(_ words: [CueWord], _ weights: [Int], from start: Int = 0) -> Int {
        var lines = 1
        var line = 0
        for index in start..<words.count {
            let space = words[index].followsSpace && line > 0 ? rules.spaceWeight : 0
            if line > 0, line + space + weights[index] > rules.capacity {
                lines += 1
                line = weights[index]
            } else {
                line += space + weights[index]
            }
        }
        return lines
    }

    /// Where the first of `lines` lines ends best, such that the rest still fits into those that are left.
    private func bestEnd(from start: Int, lines: Int, _ words: [CueWord], _ weights: [Int]) -> Int {
        let total = weights[start...].reduce(0, +)
        let target = Double(total) / Double(lines)
        var best = (end: start + 1, cost: Double.infinity)
        var line = 0
        for end in start + 1..<words.count {
            let space = words[end - 1].followsSpace && line > 0 ? rules.spaceWeight : 0
            line += space + weights[end - 1]
            if end > start + 1, line > rules.capacity { break }
            guard fewestLines(words, weights, from: end) <= lines - 1 else { continue }
            let excess = (Double(line) - target) / Double(rules.capacity)
            // A line longer than its share makes the block stand on its tip.
            let balance = excess * excess * 120 * (excess > 0 ? 1.5 : 1)
            let cost = balance + BreakQuality.grammar(words[end - 1].text, words[end].text)
            if cost < best.cost { best = (end, cost) }
        }
        return best.end
    }
}
