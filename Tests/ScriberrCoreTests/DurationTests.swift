import ScriberrCore
import Testing

struct DurationTests {
    @Test(
        arguments: [
            ("500ms", .milliseconds(500)), ("2s", .seconds(2)), ("1h30m", .seconds(5_400)), ("10m", .seconds(600)),
            ("1.5h", .seconds(5_400)), ("0", .zero), ("-3s", .seconds(-3)), ("1m30.5s", .milliseconds(90_500)),
        ] as [(String, Duration)]
    )
    func `reads durations as Go writes them`(text: String, duration: Duration) {
        #expect(Duration(text: text) == duration)
    }

    @Test(arguments: ["", "quickly", "later", "5", "s", "1h 30m", "1x", "1..5s", "1e9h", "٣s", "-"])
    func `refuses what is not a duration`(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(arguments: [("500ms", "500ms"), ("2s", "2s"), ("90s", "1m30s"), ("1h30m", "1h30m0s")])
    func `writes what it can read again`(text: String, written: String) throws {
        let duration = try #require(Duration(text: text))
        #expect(duration.text == written)
        #expect(Duration(text: written) == duration)
    }
}
