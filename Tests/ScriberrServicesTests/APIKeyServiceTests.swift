import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct APIKeyServiceTests {
    @Test func `a key is shown once and kept as a hash`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let issued = try await world.services.apiKeys.create(ann, NewAPIKey(name: " mine "))
            let (record, key) = (issued.record, issued.key)
            #expect(key.count == 67 && key.hasPrefix("sk_"))
            #expect(record.name == "mine" && record.scopes == [.read, .write])
            #expect(record.preview == "\(key.prefix(4))...\(key.dropFirst(4).prefix(4))")
            let hashes = try await world.database.read { db in
                try db.query("SELECT hash FROM api_keys", []).map { try $0.text("hash") }
            }
            #expect(hashes.count == 1 && !hashes[0].contains(key.dropFirst(3)))
            let principal = try await world.services.apiKeys.authenticate(key)
            #expect(principal?.owner == ann && principal?.credential == .apiKey(record.id))
        }
    }

    @Test func `a use between never brings a revoked key back`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let keys = world.services.apiKeys
            let issued = try await keys.create(ann, NewAPIKey(name: "k"))
            let (record, key) = (issued.record, issued.key)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 { group.addTask { _ = try await keys.authenticate(key) } }
                group.addTask { try await keys.revoke(ann, record.id) }
                try await group.waitForAll()
            }
            #expect(try await keys.authenticate(key) == nil)
            #expect(try await keys.list(ann).isEmpty)
            await expect(Failure(.notFound)) { try await keys.revoke(ann, record.id) }
        }
    }

    @Test func `the last use is written at most once a minute`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let keys = world.services.apiKeys
            let key = try await keys.create(ann, NewAPIKey(name: "k")).key
            let first = world.clock.now()
            _ = try await keys.authenticate(key)
            world.clock.advance(by: .seconds(59))
            _ = try await keys.authenticate(key)
            #expect(try await keys.list(ann).first?.lastUsedAt == first)
            world.clock.advance(by: .seconds(2))
            _ = try await keys.authenticate(key)
            #expect(try await keys.list(ann).first?.lastUsedAt == world.clock.now())
        }
    }

    @Test func `an expired key is refused`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let expiry = world.clock.now() + .seconds(10)
            let key = try await world.services.apiKeys.create(ann, NewAPIKey(name: "k", expiresAt: expiry)).key
            #expect(try await world.services.apiKeys.authenticate(key) != nil)
            world.clock.advance(by: .seconds(10))
            #expect(try await world.services.apiKeys.authenticate(key) == nil)
        }
    }

    @Test func `scopes include the smaller ones and admin needs an admin`() {
        let key = Principal(
            owner: UserID(1),
            username: "x",
            role: .user,
            credential: .apiKey(1),
            scopes: [.admin]
        )
        #expect(key.allows(.read) && key.allows(.write) && !key.allows(.admin))
        let reader = Principal(owner: UserID(1), username: "x", role: .admin, credential: .apiKey(1), scopes: [.read])
        #expect(reader.allows(.read) && !reader.allows(.write) && !reader.allows(.admin))
    }

    @Test func `bad keys are refused and strangers see none`() async throws {
        try await World.with { world in
            let (ann, ben, keys) = (try await world.ann(), try await world.ben(), world.services.apiKeys)
            await expect(Failure(.validation, "name")) { try await keys.create(ann, NewAPIKey(name: "  ")) }
            let scopes = await failure { try await keys.create(ann, NewAPIKey(name: "k", scopes: ["all"])) }
            #expect(scopes == Failure(.validation, "scopes"))
            let expiry = await failure { try await keys.create(ann, NewAPIKey(name: "k", expiresAt: world.clock.now())) }
            #expect(expiry == Failure(.validation, "expires_at"))
            let record = try await keys.create(ann, NewAPIKey(name: "k")).record
            await expect(Failure(.notFound)) { try await keys.revoke(ben, record.id) }
            #expect(try await keys.list(ben).isEmpty)
            #expect(try await keys.authenticate("sk_" + String(repeating: "0", count: 64)) == nil)
        }
    }
}
