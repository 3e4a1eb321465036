import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

/// Failed logins that several nodes count together.
@Suite struct SharedLoginTests {
    @Test func `tries at one node count at every other`() async throws {
        try await World.with { world in
            _ = try await world.ann()
            let nodes = (0..<3).map { _ in node(of: world) }
            var codes: [ScriberrError.Code?] = []
            for number in 0..<6 {
                codes.append(
                    await failure { try await nodes[number % 3].login(username: "ann", password: "wrong", address: "1.2.3.4") }?
                        .code
                )
            }
            #expect(codes == Array(repeating: .unauthorized, count: 5) + [.tooManyRequests])
            // Somebody at another address is let in, and a wait ends.
            _ = try await nodes[0].login(username: "ann", password: "password", address: "5.6.7.8")
            world.clock.advance(by: .seconds(301))
            _ = try await nodes[1].login(username: "ann", password: "password", address: "1.2.3.4")
            let left = await failure { try await nodes[2].login(username: "ann", password: "wrong", address: "1.2.3.4") }
            #expect(left?.code == .unauthorized)
        }
    }

    @Test func `tries that are made at once are all counted`() async throws {
        try await World.with { world in
            _ = try await world.ann()
            let nodes = (0..<3).map { _ in node(of: world) }
            let codes = await withTaskGroup(of: ScriberrError.Code?.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        await failure {
                            try await nodes[number % 3].login(username: "ann", password: "wrong", address: "1.2.3.4")
                        }?.code
                    }
                }
                return await group.reduce(into: [ScriberrError.Code: Int]()) { if let code = $1 { $0[code, default: 0] += 1 } }
            }
            #expect(codes == [.unauthorized: 5, .tooManyRequests: 7])
        }
    }

    @Test func `what is over is forgotten, and names are not kept as they are`() async throws {
        try await World.with { world in
            let gate = SharedLoginThrottle(database: world.database)
            _ = try await gate.begin(name: "my password by mistake", address: "1.2.3.4", at: world.clock.now())
            let keys = try await world.database.read {
                try $0.query("SELECT key FROM login_attempts", []).map { try $0.text("key") }
            }
            #expect(keys.count == 3 && !keys.contains { $0.contains("mistake") })
            #expect(try await gate.purge(at: world.clock.now()) == 0)
            world.clock.advance(by: .seconds(1_000))
            #expect(try await gate.purge(at: world.clock.now()) == 3)
        }
    }

    private func node(of world: World) -> AccountService {
        AccountService(
            database: world.database,
            clock: world.clock,
            passwordCost: .none,
            throttle: SharedLoginThrottle(database: world.database)
        )
    }
}
