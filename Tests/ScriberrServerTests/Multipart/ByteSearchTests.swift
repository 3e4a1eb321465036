import NIOCore
import Testing

@testable import ScriberrServer

@Suite struct Searching {
    /// Where the pattern occurs, in full or at the end in part, found byte by byte.
    private func plainly(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        (start..<max(start, bytes.endIndex)).first { bytes[$0...].starts(with: pattern.prefix(bytes.endIndex - $0)) }
    }

    @Test func `a pattern is found where looking at every byte finds it`() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = Seeded(state: seed)
        for _ in 0..<20_000 {
            // Few different bytes make many beginnings that lead nowhere.
            let pattern = (0..<Int.random(in: 2...12, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }
            let slice = bytes[min(2, bytes.count)...]
            let start = Int.random(in: slice.startIndex...slice.endIndex, using: &random)
            let found = ByteSearch(pattern).firstIndex(in: ByteBufferView(bytes)[slice.indices], from: start)
            #expect(found == plainly(pattern, in: slice, from: start), "\(pattern) in \(slice) from \(start)")
        }
    }

    @Test func `a boundary is found wherever it begins among bytes of its own`() {
        let boundary = Array("\r\n------------------------d74496d66958873e".utf8)
        let search = ByteSearch(boundary)
        for place in 0..<150 {
            let bytes = [UInt8](repeating: UInt8(ascii: "-"), count: place) + boundary + boundary
            #expect(search.firstIndex(in: ByteBufferView(bytes), from: 0) == place)
            for length in 1..<boundary.count {
                // As much of it as there is.
                #expect(search.firstIndex(in: ByteBufferView(bytes[..<(place + length)]), from: 0) == place)
            }
        }
    }

    @Test func `only a whole pattern counts where more bytes do not come`() {
        let end = ByteSearch([13, 10, 13, 10])
        #expect(ByteBufferView("ab\r\n\r\nc".utf8)[1...].firstIndex(of: end) == 2)
        #expect(ByteBufferView("ab\r\n\r".utf8).firstIndex(of: end) == nil)
    }
}

private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
