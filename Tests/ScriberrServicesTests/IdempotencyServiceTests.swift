import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct IdempotencyServiceTests {
    private let answer = StoredAnswer(
        status: 201,
        headers: [.init(name: "Content-Type", value: "application/json"), .init(name: "Content-Encoding", value: "gzip")],
        body: Array(#"{"key":"sk_secret"}"#.utf8)
    )

    private func begin(_ world: World, _ owner: UserID, print: String = "f", key: String = "k") async throws
        -> IdempotencyDecision
    {
        try await world.services.idempotency.begin(
            owner: owner,
            method: "POST",
            path: "/api/v1/api-keys",
            key: key,
            fingerprint: print
        )
    }

    @Test func `a request sent twice is answered twice and run once`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let reservation = try #require(try await begin(world, ann).reservation)
            try await world.services.idempotency.complete(reservation, answer)
            let replayed = try #require(try await begin(world, ann).replayed)
            #expect(replayed.status == 201 && replayed.body == answer.body)
            #expect(replayed.headers.map(\.name) == ["Content-Type"])
            #expect(try await begin(world, ann, print: "other").isConflict)
            #expect(try await begin(world, world.ben()).reservation != nil)
        }
    }

    @Test func `what a dead server was about to answer can be sent again at once, and what it answered is kept`() async throws {
        try await World.with { world in
            let (ann, service) = (try await world.ann(), world.services.idempotency)
            let answered = try #require(try await begin(world, ann).reservation)
            try await service.complete(answered, answer)
            let lost = try #require(try await begin(world, ann, key: "lost").reservation)
            try await service.takeOver()
            #expect(try await begin(world, ann).replayed?.body == answer.body)
            let again = try #require(try await begin(world, ann, key: "lost").reservation)
            await service.abandon(lost)
            try await service.complete(again, answer)
            #expect(try await begin(world, ann, key: "lost").replayed?.body == answer.body)
        }
    }

    @Test func `eight at once run once and all get the answer`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let runs = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        guard let reservation = try await begin(world, ann).reservation else { return false }
                        try await world.services.idempotency.complete(reservation, answer)
                        return true
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(runs.filter { $0 }.count == 1)
        }
    }

    @Test func `after a failure exactly one of those who wait runs`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let first = try #require(try await begin(world, ann).reservation)
            let runs = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        guard let reservation = try await begin(world, ann).reservation else { return false }
                        try await world.services.idempotency.complete(reservation, answer)
                        return true
                    }
                }
                await world.services.idempotency.abandon(first)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(runs.filter { $0 }.count == 1)
        }
    }

    @Test func `waiting ends with the task that waits`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            _ = try await begin(world, ann)
            let waiter = Task { try await begin(world, ann) }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
        }
    }

    @Test func `what is made and the answer about it are kept together`() async throws {
        try await World.with { world in
            let (ann, service) = (try await world.ann(), world.services.idempotency)
            let reservation = try #require(try await begin(world, ann).reservation)
            let draft = service.draft(reservation) { (made: Profile) in
                StoredAnswer(status: 201, headers: [], body: Array(made.name.utf8))
            }
            _ = try await world.services.profiles.create(ann, named("p"), answering: draft)
            // The server dies here: it has neither answered nor said so.
            try await service.takeOver()
            #expect(try await begin(world, ann).replayed?.body == Array("p".utf8))
        }
    }

    @Test func `a run whose key another has makes nothing`() async throws {
        try await World.with { world in
            let (ann, service) = (try await world.ann(), world.services.idempotency)
            let slow = try #require(try await begin(world, ann).reservation)
            world.clock.advance(by: .seconds(31))
            _ = try #require(try await begin(world, ann).reservation)
            let draft = service.draft(slow) { (_: Profile) in answer }
            await #expect(throws: IdempotencyOvertaken.self) {
                try await world.services.profiles.create(ann, named("p"), answering: draft)
            }
            #expect(try await world.services.profiles.list(ann).isEmpty)
        }
    }

    @Test func `an answer outlives a run that was told that it failed`() async throws {
        try await World.with { world in
            let (ann, service) = (try await world.ann(), world.services.idempotency)
            let reservation = try #require(try await begin(world, ann).reservation)
            let draft = service.draft(reservation) { (_: Profile) in answer }
            _ = try await world.services.profiles.create(ann, named("p"), answering: draft)
            await service.abandon(reservation)
            #expect(try await begin(world, ann).replayed?.body == answer.body)
        }
    }

    @Test func `a run that lasts keeps its key`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let service = IdempotencyService(
                database: world.database,
                clock: world.clock,
                extensionInterval: .milliseconds(5)
            )
            let reservation = try #require(try await begin(world, ann).reservation)
            try await service.holding(reservation) {
                for _ in 0..<3 {
                    world.clock.advance(by: .seconds(20))
                    let wanted = world.clock.now() + .seconds(30)
                    while try await expiry(world) != wanted { await Task.yield() }
                }
            }
            let waiter = Task { try await begin(world, ann) }
            try await world.services.idempotency.complete(reservation, answer)
            #expect(try await waiter.value.replayed?.body == answer.body)
        }
    }

    private func named(_ name: String) -> ProfilePatch {
        var patch = ProfilePatch()
        patch.name = .value(name)
        return patch
    }

    private func expiry(_ world: World) async throws -> Timestamp? {
        try await world.database.read { db in
            try db.query("SELECT expires_at FROM idempotency_keys", []).first.map { try $0.time("expires_at") }
        }
    }

    @Test func `a run that never ended gives the key back`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let lost = try #require(try await begin(world, ann).reservation)
            world.clock.advance(by: .seconds(31))
            let next = try #require(try await begin(world, ann).reservation)
            try await world.services.idempotency.complete(lost, StoredAnswer(status: 200, headers: [], body: []))
            try await world.services.idempotency.complete(next, answer)
            #expect(try await begin(world, ann).replayed?.status == 201)
        }
    }

    @Test func `answers outlive the process and end after a day`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let reservation = try #require(try await begin(world, ann).reservation)
            try await world.services.idempotency.complete(reservation, answer)
            let restarted = IdempotencyService(database: world.database, clock: world.clock)
            let decision = try await restarted.begin(
                owner: ann,
                method: "POST",
                path: "/api/v1/api-keys",
                key: "k",
                fingerprint: "f"
            )
            #expect(decision.replayed != nil)
            world.clock.advance(by: .seconds(86_401))
            #expect(try await restarted.purge() == 1)
            #expect(try await begin(world, ann).reservation != nil)
        }
    }

    @Test func `neither key nor answer lies open in the database`() async throws {
        try await World.with { world in
            let ann = try await world.ann()
            let reservation = try #require(try await begin(world, ann, print: "fingerprint", key: "visible-key").reservation)
            try await world.services.idempotency.complete(reservation, answer)
            let row = try await world.database.read { db in
                try db.query("SELECT scope, token, fingerprint, answer FROM idempotency_keys", []).first.map { row in
                    Array([try row.text("scope"), try row.text("token"), try row.text("fingerprint")].joined().utf8)
                        + (try row.bytes("answer"))
                }
            }
            let stored = String(decoding: try #require(row), as: UTF8.self)
            for secret in ["visible-key", "fingerprint", "sk_secret"] { #expect(!stored.contains(secret)) }
        }
    }

    @Test(arguments: ["", "a b", "ü", String(repeating: "x", count: 129)])
    func `a malformed key is refused`(_ key: String) async {
        await expect(Failure(.validation, "Idempotency-Key")) { try IdempotencyService.check(key: key) }
    }

    @Test func `parts of a fingerprint cannot run into each other`() {
        let one = IdempotencyService.fingerprint([[1, 2], [3]])
        #expect(one != IdempotencyService.fingerprint([[1], [2, 3]]))
        #expect(one == IdempotencyService.fingerprint([[1, 2], [3]]))
    }
}

extension IdempotencyDecision {
    fileprivate var reservation: IdempotencyReservation? { if case .proceed(let reservation) = self { reservation } else { nil } }
    fileprivate var replayed: StoredAnswer? { if case .replay(let answer) = self { answer } else { nil } }
    fileprivate var isConflict: Bool { if case .conflict = self { true } else { false } }
}
