import Testing

@testable import ScriberrEngines

struct RespawnBackoffTests {
    @Test func `the pause grows with each death, is bounded, and ends with the first success`() {
        let now = ContinuousClock.now
        var backoff = RespawnBackoff()
        #expect(backoff.delay(at: now) == .zero)
        var delays: [Duration] = []
        for _ in 0..<20 {
            backoff.failed(at: now)
            delays.append(backoff.delay(at: now))
        }
        #expect(delays.prefix(3) == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(delays.last == .seconds(10))
        #expect(backoff.delay(at: now + .seconds(11)) == .zero)
        backoff.succeeded()
        #expect(backoff.delay(at: now) == .zero)
    }
}
