import ScriberrCore
import Testing

@testable import ScriberrServer

@Suite struct ByteRangeReading {
    @Test(arguments: [
        ("bytes=0-0", [0..<1]), ("bytes=0-99", [0..<100]), ("bytes=90-200", [90..<100]), ("bytes=50-", [50..<100]),
        ("bytes=-10", [90..<100]), ("bytes=-500", [0..<100]), ("Bytes = 1-2", [1..<3]),
        ("bytes=0-1, 5-6 ,-1", [0..<2, 5..<7, 99..<100]),
        ("bytes=5-6,200-300", [5..<7]), ("bytes=0-99999999999999999999", [0..<100]), ("bytes=,,0-0,", [0..<1]),
    ])
    func `good ranges name their bytes`(_ header: String, _ expected: [Range<Int64>]) {
        #expect(ByteRanges(header: header, size: 100) == .parts(expected))
    }

    @Test(arguments: [
        nil, "", "bytes", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=1-2-3", "bytes=-", "bytes=--1", "bytes=+1-2", "items=0-1",
        "bytes=0-1;2-3", "bytes=0-60,40-99", "bytes=" + (0..<40).map { "\($0)-\($0)" }.joined(separator: ","), "bytes=1-2,x",
    ])
    func `what is malformed, unknown or excessive is ignored`(_ header: String?) {
        #expect(ByteRanges(header: header, size: 100) == .whole)
    }

    @Test(arguments: ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-", "bytes=500-600,-0"])
    func `ranges outside are not satisfiable`(_ header: String) {
        #expect(ByteRanges(header: header, size: 100) == .unsatisfiable)
    }

    @Test func `an empty recording has no ranges`() { #expect(ByteRanges(header: "bytes=0-", size: 0) == .whole) }

    @Test func `dates are written and read as HTTP has them`() {
        let time = Timestamp(microseconds: 784_111_777_654_321)
        #expect(HTTPDate.text(time) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp(microseconds: 784_111_777_000_000))
        #expect(HTTPDate.text(Timestamp(microseconds: 0)) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(Timestamp(microseconds: -1)) == "Wed, 31 Dec 1969 23:59:59 GMT")
        for bad in ["", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 40 Nov 1994 08:49:37 GMT"] {
            #expect(HTTPDate.parse(bad) == nil)
        }
    }
}
