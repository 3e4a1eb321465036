import ScriberrCore
import ScriberrServices
import ScriberrTestSupport
import Testing

@Suite struct AccountServiceTests {
    @Test func `of many registrations at once exactly one succeeds`() async throws {
        try await World.with { world in
            let accounts = world.services.accounts
            let isOpenBefore = try await accounts.registrationOpen()
            #expect(isOpenBefore)
            let wins = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let failure = await failure {
                            try await accounts.register(
                                username: "user\(number)",
                                password: "password",
                                confirmation: "password"
                            )
                        }
                        return failure == nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wins == 1)
            let (users, isOpen) = (try await accounts.users(), try await accounts.registrationOpen())
            #expect(users.map(\.role) == [.admin] && !isOpen)
        }
    }

    @Test(arguments: [
        ("ab", "password", "password"), ("ann", "short", "short"), ("ann", "password", "passw0rd"),
        ("ann", String(repeating: "x", count: 1_025), String(repeating: "x", count: 1_025)),
    ])
    func `bad registrations are refused`(_ name: String, _ password: String, _ confirmation: String) async throws {
        try await World.with { world in
            let failure = await failure {
                try await world.services.accounts.register(username: name, password: password, confirmation: confirmation)
            }
            #expect(failure == Failure(.validation))
            let isOpen = try await world.services.accounts.registrationOpen()
            #expect(isOpen)
        }
    }

    @Test func `a password of more than 72 bytes works in full`() async throws {
        try await World.with { world in
            let (long, other) = (String(repeating: "x", count: 100), String(repeating: "x", count: 99) + "y")
            _ = try await world.services.accounts.register(username: "ann", password: long, confirmation: long)
            _ = try await world.services.accounts.login(username: "ANN", password: long, address: "1")
            let failure = await failure {
                try await world.services.accounts.login(username: "ann", password: other, address: "1")
            }
            #expect(failure == Failure(.unauthorized))
        }
    }

    @Test func `an unknown name and a wrong password get the same answer`() async throws {
        try await World.with { world in
            _ = try await world.ann()
            let accounts = world.services.accounts
            let unknown = await failure { try await accounts.login(username: "eve", password: "password", address: "1") }
            let wrong = await failure { try await accounts.login(username: "ann", password: "Password", address: "1") }
            #expect(unknown == Failure(.unauthorized))
            #expect(unknown == wrong)
        }
    }

    @Test func `a refresh token works once`() async throws {
        try await World.with { world in
            let accounts = world.services.accounts
            let first = try await accounts.register(username: "ann", password: "password", confirmation: "password")
            let results = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 { group.addTask { await failure { try await accounts.refresh(first.refreshToken) } == nil } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { $0 }.count == 1)
        }
    }

    @Test func `a replayed refresh token ends the whole session`() async throws {
        try await World.with { world in
            let accounts = world.services.accounts
            let first = try await accounts.register(username: "ann", password: "password", confirmation: "password")
            let second = try await accounts.refresh(first.refreshToken)
            #expect(second.id == first.id)
            await expect(Failure(.unauthorized)) { try await accounts.refresh(first.refreshToken) }
            await expect(Failure(.unauthorized)) { try await accounts.refresh(second.refreshToken) }
            let verify = await failure {
                try await accounts.verifySession(first.user.id, tokenVersion: first.user.tokenVersion, session: first.id)
            }
            #expect(verify == Failure(.unauthorized))
        }
    }

    @Test func `a refresh token ends after thirty days`() async throws {
        try await World.with { world in
            let session = try await world.services.accounts.register(
                username: "ann",
                password: "password",
                confirmation: "password"
            )
            world.clock.advance(by: .seconds(30 * 86_400))
            await expect(Failure(.unauthorized)) { try await world.services.accounts.refresh(session.refreshToken) }
        }
    }

    @Test func `logging out ends the session and no other`() async throws {
        try await World.with { world in
            let accounts = world.services.accounts
            let one = try await accounts.register(username: "ann", password: "password", confirmation: "password")
            let two = try await accounts.login(username: "ann", password: "password", address: "1")
            try await accounts.logout(one.refreshToken)
            try await accounts.logout("rt_unknown")
            let version = one.user.tokenVersion
            let ended = await failure { try await accounts.verifySession(one.user.id, tokenVersion: version, session: one.id) }
            #expect(ended == Failure(.unauthorized))
            _ = try await accounts.verifySession(one.user.id, tokenVersion: version, session: two.id)
            _ = try await accounts.refresh(two.refreshToken)
        }
    }

    @Test func `a new password ends every session`() async throws {
        try await World.with { world in
            let accounts = world.services.accounts
            let old = try await accounts.register(username: "ann", password: "password", confirmation: "password")
            let wrong = await failure {
                try await accounts.changePassword(old.user.id, current: "nonsense", new: "secret-two", confirmation: "secret-two")
            }
            #expect(wrong == Failure(.unauthorized, "current_password"))
            let short = await failure {
                try await accounts.changePassword(old.user.id, current: "nonsense", new: "x", confirmation: "x")
            }
            #expect(short == Failure(.validation, "new_password"))
            try await accounts.changePassword(old.user.id, current: "password", new: "secret-two", confirmation: "secret-two")
            await expect(Failure(.unauthorized)) { try await accounts.refresh(old.refreshToken) }
            let verify = await failure {
                try await accounts.verifySession(old.user.id, tokenVersion: old.user.tokenVersion)
            }
            #expect(verify == Failure(.unauthorized))
            _ = try await accounts.login(username: "ann", password: "secret-two", address: "1")
        }
    }

    @Test func `names are unique without regard to case`() async throws {
        try await World.with { world in
            let (ann, accounts) = (try await world.ann(), world.services.accounts)
            _ = try await world.ben()
            let taken = await failure { try await accounts.changeUsername(ann, new: "BEN", password: "password") }
            #expect(taken == Failure(.conflict, "new_username"))
            let short = await failure { try await accounts.changeUsername(ann, new: "x", password: "wrong") }
            #expect(short == Failure(.validation, "new_username"))
            let renamed = try await accounts.changeUsername(ann, new: "Anna", password: "password")
            #expect(renamed.username == "Anna")
        }
    }

    @Test func `guessing is slowed down, and the right password waits too`() async throws {
        try await World.with { world in
            _ = try await world.ann()
            let accounts = world.services.accounts
            var answers: [ScriberrError.Code?] = []
            for _ in 0..<6 {
                answers.append(
                    await failure { try await accounts.login(username: "ann", password: "wrong!!!", address: "1") }?.code
                )
            }
            #expect(answers == [.unauthorized, .unauthorized, .unauthorized, .unauthorized, .unauthorized, .tooManyRequests])
            let error = await #expect(throws: ScriberrError.self) {
                try await accounts.login(username: "ann", password: "password", address: "1")
            }
            #expect((error?.retryAfterSeconds ?? 0) > 0)
            _ = try await accounts.login(username: "ann", password: "password", address: "2")
            world.clock.advance(by: .seconds(error?.retryAfterSeconds ?? 0))
            _ = try await accounts.login(username: "ann", password: "password", address: "1")
        }
    }

    @Test func `guessing one's own password slows down no one else`() async throws {
        try await World.with { world in
            let (ann, ben, accounts) = (try await world.ann(), try await world.ben(), world.services.accounts)
            for _ in 0..<70 {
                world.clock.advance(by: .seconds(400))
                await expect(Failure(.unauthorized, "password")) {
                    try await accounts.changeUsername(ben, new: "bob", password: "wrong!!!")
                }
            }
            for _ in 0..<6 { _ = await failure { try await accounts.changeUsername(ben, new: "bob", password: "wrong!!!") } }
            await expect(Failure(.tooManyRequests)) { try await accounts.changeUsername(ben, new: "bob", password: "password") }
            _ = try await accounts.changeUsername(ann, new: "anna", password: "password")
        }
    }

    @Test func `a disabled account is out at once and the last admin stays`() async throws {
        try await World.with { world in
            let (ann, ben, accounts) = (try await world.ann(), try await world.ben(), world.services.accounts)
            let session = try await accounts.login(username: "ben", password: "password", address: "1")
            let key = try await world.services.apiKeys.create(ben, NewAPIKey(name: "k")).key
            _ = try await accounts.setDisabled(ben, true)
            await expect(Failure(.unauthorized)) { try await accounts.refresh(session.refreshToken) }
            await expect(Failure(.unauthorized)) { try await accounts.login(username: "ben", password: "password", address: "1") }
            #expect(try await world.services.apiKeys.authenticate(key) == nil)
            await expect(Failure(.conflict)) { try await accounts.setDisabled(ann, true) }
            _ = try await accounts.setDisabled(ben, false)
            #expect(try await world.services.apiKeys.authenticate(key) != nil)
        }
    }
}
