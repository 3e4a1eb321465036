/// The newest samples of a stream, addressed by their position in it.
struct SampleHistory {
    private var storage: [Float] = []
    /// The position of `storage[0]`.
    private(set) var start = 0

    /// The position behind the last sample.
    var end: Int { start + storage.count }

    /// Adds samples; the decoder has made sure that they are finite and within -1...1.
    mutating func append(_ samples: some Collection<Float>) { storage.append(contentsOf: samples) }

    /// Forgets what lies before `position`, when that is enough to be worth moving the rest.
    mutating func forget(before position: Int) {
        let count = min(position, end) - start
        guard count > 4 * sampleRate, count > storage.count / 2 else { return }
        storage.removeFirst(count)
        start += count
    }

    subscript(range: Range<Int>) -> ArraySlice<Float> {
        storage[(range.lowerBound - start)..<(range.upperBound - start)]
    }

    func withWindow(at position: Int, count: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        storage.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[(position - start)..<(position - start + count)]))
        }
    }
}
