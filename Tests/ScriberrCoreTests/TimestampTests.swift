import Foundation
import ScriberrCore
import ScriberrTestSupport
import Testing

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1_700_000_000_123_456, "2023-11-14T22:13:20.123456Z"),
        (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ])
    func `writes RFC 3339 in UTC and reads it back`(microseconds: Int64, text: String) {
        let time = Timestamp(microseconds: microseconds)
        #expect(time.rfc3339 == text)
        #expect(Timestamp(rfc3339: text) == time)
    }

    @Test(arguments: [
        ("2023-11-14T23:13:20+01:00", "2023-11-14T22:13:20.000000Z"),
        ("2023-11-14t17:43:20.5-04:30", "2023-11-14T22:13:20.500000Z"),
        ("2023-11-14 22:13:20.1234567Z", "2023-11-14T22:13:20.123456Z"),
    ])
    func `reads any zone offset and precision`(text: String, utc: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == utc)
    }

    @Test(arguments: [
        "", "yesterday", "2023-11-14", "2023-02-29T00:00:00Z", "2023-11-14T22:13:20", "2023-11-14T24:00:00Z",
        "2023-11-14T22:13:20Zx",
    ])
    func `refuses what is not a date-time`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `agrees with Foundation over four centuries`() {
        var random = SeededGenerator(seed: 7)
        let formatter = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -6_000_000_000...6_000_000_000, using: &random)
            let text = Timestamp(microseconds: seconds * 1_000_000).rfc3339
            #expect(
                text.replacingOccurrences(of: ".000000Z", with: "Z")
                    == Date(timeIntervalSince1970: Double(seconds)).formatted(formatter)
            )
        }
    }
}
