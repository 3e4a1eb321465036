import ScriberrCore
import ScriberrStore
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

    @Test func `a name that nobody has takes as long as a wrong password`() async throws {
        try await World.with { world in
            let accounts = AccountService(
                database: world.database,
                clock: world.clock,
                passwordCost: PasswordCost(logN: 14)
            )
            _ = try await accounts.register(username: "ann", password: "password", confirmation: "password")
            // The least of several counts: what else the machine does only adds to it.
            func least(_ name: (Int) -> String) async -> Duration {
                var times: [Duration] = []
                for number in 0..<5 {
                    let begin = ContinuousClock.now
                    let name = name(number)
                    await expect(Failure(.unauthorized)) {
                        try await accounts.login(username: name, password: "wrong!!!", address: "\(number)")
                    }
                    times.append(ContinuousClock.now - begin)
                }
                return times.min() ?? .zero
            }
            let (known, unknown) = (await least { _ in "ann" }, await least { "nobody\($0)" })
            #expect(unknown > known / 2 && known > unknown / 2, "\(known) for a known name, \(unknown) for another")
        }
    }
}
