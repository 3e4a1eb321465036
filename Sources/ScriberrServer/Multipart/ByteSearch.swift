#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Looks for one sequence of bytes, of at most 255, in many pieces.
struct ByteSearch: Sendable {
    let pattern: [UInt8]
    /// How far to move on for the byte under the pattern's last place: to where that byte occurs in the pattern (Horspool).
    private let steps: [UInt8]

    /// Prepares to look for `pattern`, which is not empty.
    init(_ pattern: [UInt8]) {
        precondition((1...255).contains(pattern.count), "A pattern has 1 to 255 bytes.")
        self.pattern = pattern
        var steps = [UInt8](repeating: UInt8(pattern.count), count: 256)
        for (index, byte) in pattern.dropLast().enumerated() { steps[Int(byte)] = UInt8(pattern.count - 1 - index) }
        self.steps = steps
    }

    /// The index where the pattern first occurs, in full or, at the end, in part: more bytes may complete it.
    ///
    /// Most of what lies between two candidates is not looked at, so that the bytes of a recording pass at memory speed.
    func firstIndex(in slice: ArraySlice<UInt8>, from start: Int) -> Int? {
        slice.withUnsafeBufferPointer { bytes -> Int? in
            pattern.withUnsafeBufferPointer { pattern in
                steps.withUnsafeBufferPointer { steps in
                    guard let base = bytes.baseAddress, let first = pattern.baseAddress else { return nil }
                    var position = start - slice.startIndex
                    let (last, lastByte) = (pattern.count - 1, pattern[pattern.count - 1])
                    while position + last < bytes.count {
                        let byte = base[position + last]
                        if byte == lastByte, memcmp(base + position, first, last) == 0 { return slice.startIndex + position }
                        position += Int(steps[Int(byte)])
                    }
                    while position < bytes.count {
                        if memcmp(base + position, first, bytes.count - position) == 0 { return slice.startIndex + position }
                        position += 1
                    }
                    return nil
                }
            }
        }
    }
}

extension ArraySlice<UInt8> {
    /// The index where `search`'s pattern first occurs in full.
    func firstIndex(of search: ByteSearch) -> Int? {
        search.firstIndex(in: self, from: startIndex).flatMap { $0 + search.pattern.count <= endIndex ? $0 : nil }
    }
}
