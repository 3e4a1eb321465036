import ScriberrCore

/// Who speaks when, ready to be asked about many intervals in a row.
///
/// Times are whole microseconds, so that sums are exact and a tie is a tie. Turns of one speaker that touch or overlap are
/// one turn: speech that a diarizer reports twice counts once. Turns of different speakers may overlap.
struct SpeakerTimeline {
    struct Turn {
        var start: Int64
        var end: Int64
        /// An index into ``speakers``.
        var speaker: Int
    }

    struct Interval {
        var start: Int64
        var end: Int64

        /// An interval in seconds. One without length counts as a microsecond long, so that it lies in a turn.
        init(_ start: Double, _ end: Double) {
            self.start = microseconds(start)
            self.end = max(microseconds(end), self.start + 1)
        }
    }

    /// The diarizer's labels.
    let speakers: [String]
    /// By start, then by the order in which they were given.
    let turns: [Turn]
    /// For each turn, which of the turns up to it ends last; the earlier of two that end together.
    private let lastEnding: [Int]

    /// Turns without a speaker or length, or with times that are none, are left out.
    init(_ given: [SpeakerTurn]) {
        var labels: [String] = []
        var numbers: [String: Int] = [:]
        var bySpeaker: [[Turn]] = []
        for turn in given where !turn.speaker.isEmpty && turn.start.isFinite && turn.end.isFinite && turn.start < turn.end {
            let number = numbers[turn.speaker] ?? labels.count
            if number == labels.count {
                labels.append(turn.speaker)
                numbers[turn.speaker] = number
                bySpeaker.append([])
            }
            bySpeaker[number].append(Turn(start: microseconds(turn.start), end: microseconds(turn.end), speaker: number))
        }
        speakers = labels
        turns = bySpeaker.flatMap(Self.united).sorted { ($0.start, $0.speaker) < ($1.start, $1.speaker) }
        lastEnding = Self.lastEnding(turns)
    }

    var isEmpty: Bool { turns.isEmpty }

    /// The speaker of each interval: who talks longest in it, of equals the one whose turn began first. Where nobody talks
    /// the nearest turn answers, unless it is further away than `limit`. One sweep over both lists.
    func speakers(of intervals: [Interval], gapLimit limit: Int64) -> [Int?] {
        var answers = [Int?](repeating: nil, count: intervals.count)
        var active: [Int] = []
        var next = 0
        var totals = [Int64](repeating: 0, count: speakers.count)
        for index in intervals.indices.sorted(by: { intervals[$0].start < intervals[$1].start }) {
            let interval = intervals[index]
            while next < turns.count, turns[next].start < interval.end {
                active.append(next)
                next += 1
            }
            // Intervals only start later from here on: a turn that has ended by now is done with.
            active.removeAll { turns[$0].end <= interval.start }
            answers[index] = loudest(of: active, in: interval, &totals) ?? nearest(to: interval, limit: limit)
        }
        return answers
    }

    /// `totals` is scratch room, all zeros before and after.
    private func loudest(of active: [Int], in interval: Interval, _ totals: inout [Int64]) -> Int? {
        for turn in active {
            totals[turns[turn].speaker] += max(0, min(turns[turn].end, interval.end) - max(turns[turn].start, interval.start))
        }
        var best: (speaker: Int, total: Int64)?
        // Active turns stand in order of their start, so the first of equals is the one that began first.
        for turn in active where totals[turns[turn].speaker] > best?.total ?? 0 {
            best = (turns[turn].speaker, totals[turns[turn].speaker])
        }
        for turn in active { totals[turns[turn].speaker] = 0 }
        return best?.speaker
    }

    private func nearest(to interval: Interval, limit: Int64) -> Int? {
        let after = firstTurn(startingFrom: interval.end)
        let left = after > 0 ? lastEnding[after - 1] : nil
        let leftDistance = left.map { interval.start - turns[$0].end } ?? .max
        let rightDistance = after < turns.count ? turns[after].start - interval.end : .max
        guard min(leftDistance, rightDistance) <= limit else { return nil }
        return leftDistance <= rightDistance ? left.map { turns[$0].speaker } : turns[after].speaker
    }

    private func firstTurn(startingFrom time: Int64) -> Int {
        var (low, high) = (0, turns.count)
        while low < high {
            let middle = (low + high) / 2
            if turns[middle].start < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func united(_ turns: [Turn]) -> [Turn] {
        var result: [Turn] = []
        for turn in turns.sorted(by: { $0.start < $1.start }) {
            if let last = result.indices.last, turn.start <= result[last].end {
                result[last].end = max(result[last].end, turn.end)
            } else {
                result.append(turn)
            }
        }
        return result
    }

    private static func lastEnding(_ turns: [Turn]) -> [Int] {
        var best = 0
        return turns.indices.map { index in
            if turns[index].end > turns[best].end { best = index }
            return best
        }
    }
}

/// Seconds as whole microseconds; anything absurd as the nearest value that leaves room to calculate.
func microseconds(_ seconds: Double) -> Int64 {
    guard !seconds.isNaN else { return 0 }
    return Int64((min(max(seconds, -1e12), 1e12) * 1_000_000).rounded())
}
