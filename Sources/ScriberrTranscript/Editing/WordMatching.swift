/// Which elements of a list are still there in another, in the same order.
///
/// What both begin and end with is taken first. In between, runs of three words that occur once in each hold the rest together (after
/// *patience*, Bram Cohen's way of comparing files, which does it with lines), and what lies between two of them is compared by
/// `difference(from:)` where it is short enough: that one takes room and time by the square of what differs.
struct WordMatching {
    private let old: [String]
    private let new: [String]
    private(set) var pairs: [(old: Int, new: Int)] = []

    /// The longest two stretches together that are compared word by word.
    private static let comparedMax = 1_000
    /// How many words are looked for together: single ones come again and again.
    private static let runLength = 3
    /// How often what lies between two runs is divided again.
    private static let depthMax = 12

    /// Compares `new` to `old`; `pairs` are in order.
    init(_ old: [String], _ new: [String]) {
        (self.old, self.new) = (old, new)
        match(old.indices, new.indices, depth: 0)
    }

    private mutating func match(_ oldRange: Range<Int>, _ newRange: Range<Int>, depth: Int) {
        var (a, b) = (oldRange, newRange)
        while let i = a.first, let j = b.first, old[i] == new[j] {
            pairs.append((i, j))
            (a, b) = (a.dropFirst(), b.dropFirst())
        }
        var end = 0
        while let i = a.last, let j = b.last, old[i] == new[j] {
            end += 1
            (a, b) = (a.dropLast(), b.dropLast())
        }
        if a.count + b.count <= Self.comparedMax { compare(a, b) } else if depth < Self.depthMax { divide(a, b, depth: depth) }
        for offset in 0..<end { pairs.append((a.upperBound + offset, b.upperBound + offset)) }
    }

    private mutating func compare(_ a: Range<Int>, _ b: Range<Int>) {
        guard !a.isEmpty, !b.isEmpty else { return }
        var (gone, come) = (Set<Int>(), Set<Int>())
        for change in new[b].difference(from: old[a]) {
            switch change {
            case .remove(let offset, _, _): gone.insert(a.lowerBound + offset)
            case .insert(let offset, _, _): come.insert(b.lowerBound + offset)
            }
        }
        let stays = zip(a.filter { !gone.contains($0) }, b.filter { !come.contains($0) })
        pairs += stays.map { (old: $0, new: $1) }
    }

    /// Compares what lies between the runs that hold it together. Where there are none, nothing is still there.
    private mutating func divide(_ a: Range<Int>, _ b: Range<Int>, depth: Int) {
        let anchors = anchors(a, b)
        guard !anchors.isEmpty else { return }
        var (i, j) = (a.lowerBound, b.lowerBound)
        for anchor in anchors {
            match(i..<anchor.old, j..<anchor.new, depth: depth + 1)
            pairs.append(anchor)
            (i, j) = (anchor.old + 1, anchor.new + 1)
        }
        match(i..<a.upperBound, j..<b.upperBound, depth: depth + 1)
    }

    /// Where runs begin that occur once in each, as many as are in the same order in both: the longest increasing row of their places.
    private func anchors(_ a: Range<Int>, _ b: Range<Int>) -> [(old: Int, new: Int)] {
        let places = Self.single(new, b)
        let both = Self.single(old, a).compactMap { run, place in places[run].map { (old: place, new: $0) } }.sorted {
            $0.old < $1.old
        }
        // The last of the best row of each length, and for each pair the one before it in its row.
        var lasts: [Int] = []
        var before = [Int?](repeating: nil, count: both.count)
        for (index, pair) in both.enumerated() {
            var (low, high) = (0, lasts.count)
            while low < high {
                let middle = (low + high) / 2
                if both[lasts[middle]].new < pair.new { low = middle + 1 } else { high = middle }
            }
            before[index] = low > 0 ? lasts[low - 1] : nil
            if low == lasts.count { lasts.append(index) } else { lasts[low] = index }
        }
        var row: [(old: Int, new: Int)] = []
        var next = lasts.last
        while let index = next {
            row.append(both[index])
            next = before[index]
        }
        return row.reversed()
    }

    /// The places of runs that occur once.
    private static func single(_ words: [String], _ range: Range<Int>) -> [ArraySlice<String>: Int] {
        var places: [ArraySlice<String>: Int?] = [:]
        for start in range.dropLast(runLength - 1) {
            let run = words[start..<start + runLength]
            places.updateValue(places[run] == nil ? start : nil, forKey: run)
        }
        return places.compactMapValues(\.self)
    }
}
