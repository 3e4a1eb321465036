import ScriberrCore
import Testing

@testable import ScriberrServices

@Suite struct LoginThrottleTests {
    @Test func `a wait begins when the wrong password was found out, however long that took`() {
        var throttle = LoginThrottle()
        var now = Timestamp(microseconds: 1_000_000_000)
        for _ in 0..<5 {
            #expect(throttle.begin(name: "ann", address: "1", at: now) == nil)
            now = now + .seconds(20)
            throttle.fail(name: "ann", address: "1", at: now)
        }
        #expect(throttle.begin(name: "ann", address: "1", at: now) == 1)
        #expect(throttle.begin(name: "ann", address: "2", at: now) == nil)
        #expect(throttle.begin(name: "ann", address: "1", at: now + .seconds(1)) == nil)
    }
}
