/// What is to happen when; ties in the order they were made. The only thing that moves time in a simulated world.
struct Agenda<Entry> {
    private var heap: [(at: Duration, number: Int, entry: Entry)] = []
    private var nextNumber = 0

    var isEmpty: Bool { heap.isEmpty }

    mutating func add(_ entry: Entry, at time: Duration) {
        heap.append((time, nextNumber, entry))
        nextNumber += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (at: Duration, entry: Entry)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: isBefore), isBefore(least, parent) else { break }
            heap.swapAt(least, parent)
            parent = least
        }
        return (first.at, first.entry)
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        heap[a].at != heap[b].at ? heap[a].at < heap[b].at : heap[a].number < heap[b].number
    }
}
