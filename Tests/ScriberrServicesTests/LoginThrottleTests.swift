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
                passwordCost: PasswordCost(logN: 3)
            )
            _ = try await accounts.register(username: "ann", password: "password", confirmation: "password")
            func hashes(_ name: String) async -> [PasswordCost: Int] {
                let before = accounts.passwords.hashesMade
                await expect(Failure(.unauthorized)) {
                    try await accounts.login(username: name, password: "wrong!!!", address: name)
                }
                return accounts.passwords.hashesMade.merging(before) { $0 - $1 }
            }
            // The hash is what takes time; everything else is the same few rows.
            #expect(await hashes("ann") == [PasswordCost(logN: 3): 1])
            #expect(await hashes("nobody") == [PasswordCost(logN: 3): 1])
        }
    }
}
