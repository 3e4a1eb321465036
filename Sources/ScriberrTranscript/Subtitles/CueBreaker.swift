/// Divides a run of words into cues: the cheapest of all ways that keep the limits.
struct CueBreaker {
    let rules: CueRules

    /// Ranges of words, each fit for one cue. Only a single word may break a limit, since words are never cut.
    func cues(of words: [CueWord]) -> [Range<Int>] {
        guard !words.isEmpty else { return [] }
        let weights = words.map { rules.weight(of: $0.labeled) }
        // best[i] is the cost of the words from i on, and where the first cue of the best way ends.
        var best = [(cost: Double, end: Int)](repeating: (.infinity, 0), count: words.count + 1)
        best[words.count] = (0, words.count)
        for start in words.indices.reversed() {
            var room = LineRoom(rules)
            var inner = 0.0
            for end in start + 1...words.count {
                room.add(weights[end - 1], followsSpace: words[end - 1].followsSpace)
                let length = words[end - 1].end.value - words[start].start.value
                guard end == start + 1 || (room.isEnough && length <= rules.maximum) else { break }
                if end > start + 1 { inner += innerCost(words[end - 2], words[end - 1]) }
                let cost = cost(of: start..<end, in: words, weight: room.weight) + inner + best[end].cost
                if cost < best[start].cost { best[start] = (cost, end) }
            }
        }
        return path(best)
    }

    private func path(_ best: [(cost: Double, end: Int)]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start < best.count - 1 {
            ranges.append(start..<best[start].end)
            start = best[start].end
        }
        return ranges
    }

    /// What speaks against two neighbours in one cue.
    private func innerCost(_ left: CueWord, _ right: CueWord) -> Double {
        let pause = Double(right.start.value - left.end.value) / 1_000
        let sentence = Punctuation.endsSentence(left.text, next: right.text) ? 6.0 : 0
        return sentence + (pause > 0.3 ? pause * 20 : 0)
    }

    private func cost(of range: Range<Int>, in words: [CueWord], weight: Int) -> Double {
        let (first, last) = (words[range.lowerBound], words[range.upperBound - 1])
        var cost = 10.0
        let isEnd = range.upperBound == words.count
        if !isEnd { cost += BreakQuality.cost(after: last, before: words[range.upperBound]) }
        let leaves = isEnd ? last.end.value + 1_000 : words[range.upperBound].start.value
        let time = Double(max(1, leaves - first.start.value))
        cost += 20 * max(0, 1 - time / Double(max(1, rules.minimum)))
        cost += 20 * min(2, max(0, Double(rules.readingMilliseconds(weight: weight)) / time - 1))
        if weight * 5 < rules.capacity { cost += 4 }
        return cost
    }
}

/// Fills lines word by word and knows when they are full.
private struct LineRoom {
    private let rules: CueRules
    private var lines = 1
    private var line = 0
    /// Of all words and the spaces between them.
    private(set) var weight = 0

    init(_ rules: CueRules) { self.rules = rules }

    var isEnough: Bool { lines <= max(1, rules.maximumLines) }

    mutating func add(_ word: Int, followsSpace: Bool) {
        let space = followsSpace && line > 0 ? rules.spaceWeight : 0
        weight += word + (followsSpace && weight > 0 ? rules.spaceWeight : 0)
        if line > 0, line + space + word > rules.capacity {
            lines += 1
            line = word
        } else {
            line += space + word
        }
    }
}
