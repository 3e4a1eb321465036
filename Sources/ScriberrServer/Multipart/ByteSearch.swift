#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension ArraySlice<UInt8> {
    /// The index where `pattern` first occurs in full.
    func firstIndex(of pattern: [UInt8]) -> Int? {
        guard let index = firstIndexOfDelimiter(pattern, from: startIndex), index + pattern.count <= endIndex else { return nil }
        return index
    }

    /// The index where `pattern` first occurs, in full or, at the end, in part: more bytes may complete it.
    ///
    /// `memchr` runs over what lies between two candidates, so that the bytes of a recording pass at memory speed.
    func firstIndexOfDelimiter(_ pattern: [UInt8], from start: Int) -> Int? {
        withUnsafeBufferPointer { bytes in
            pattern.withUnsafeBufferPointer { pattern -> Int? in
                guard let base = bytes.baseAddress, let first = pattern.baseAddress else { return nil }
                var position = start - startIndex
                while position < bytes.count {
                    guard let hit = memchr(base + position, Int32(first.pointee), bytes.count - position) else { return nil }
                    position = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
                    let length = Swift.min(pattern.count, bytes.count - position)
                    if memcmp(base + position, first, length) == 0 { return startIndex + position }
                    position += 1
                }
                return nil
            }
        }
    }
}
