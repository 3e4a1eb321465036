import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Looks for one sequence of bytes, of 2 to 255, in many pieces.
struct ByteSearch: Sendable {
    let pattern: [UInt8]
    /// A bit for each two bytes that can be neighbours: whether they are in the pattern.
    private let pairs: [UInt64]

    /// Prepares to look for `pattern`.
    init(_ pattern: [UInt8]) {
        precondition((2...255).contains(pattern.count), "A pattern has 2 to 255 bytes.")
        self.pattern = pattern
        var pairs = [UInt64](repeating: 0, count: 1_024)
        pattern.withUnsafeBytes { bytes in
            for index in 0..<(bytes.count - 1) {
                let pair = Int(bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self))
                pairs[pair >> 6] |= 1 << UInt64(pair & 63)
            }
        }
        self.pairs = pairs
    }

    /// The index where the pattern first occurs, in full or, at the end, in part: more bytes may complete it.
    func firstIndex(in view: ByteBufferView, from start: Int) -> Int? {
        view.withUnsafeBytes { bytes in
            find(bytes, from: start - view.startIndex).map { $0 + view.startIndex }
        }
    }

    /// Wherever the pattern is, one of its pairs lies where a step ends, so that most bytes of a recording are never looked at.
    /// Where a step ends does not depend on what was read before, so that the processor need not wait for one read to begin the next.
    private func find(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let (length, step) = (pattern.count, pattern.count - 1)
        var position = start
        while position + length <= bytes.count {
            let pair = Int(bytes.loadUnaligned(fromByteOffset: position + length - 2, as: UInt16.self))
            if pairs[pair >> 6] >> UInt64(pair & 63) & 1 == 1 {
                let end = min(position + step, bytes.count - length + 1)
                if let found = (position..<end).first(where: { occurs(bytes, at: $0, length) }) { return found }
                position = end
            } else {
                position += step
            }
        }
        return (position..<max(position, bytes.count)).first { occurs(bytes, at: $0, bytes.count - $0) }
    }

    /// Whether the pattern's first `length` bytes are there.
    private func occurs(_ bytes: UnsafeRawBufferPointer, at position: Int, _ length: Int) -> Bool {
        guard bytes[position] == pattern[0], let base = bytes.baseAddress else { return false }
        return memcmp(base + position, pattern, length) == 0
    }
}

extension ByteBufferView {
    /// The index where `search`'s pattern first occurs in full.
    func firstIndex(of search: ByteSearch) -> Int? {
        search.firstIndex(in: self, from: startIndex).flatMap { $0 + search.pattern.count <= endIndex ? $0 : nil }
    }
}
