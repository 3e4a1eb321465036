import NIOHTTP1
import ScriberrCore
import ScriberrServer
import ScriberrServices
import ScriberrStore
import ScriberrTestStores
import ScriberrTestSupport
import Testing

/// Faults of an earlier server that show when several things happen at once.
@Suite(.timeLimit(.minutes(15))) struct RaceLessons {
    @Test(.enabled(if: TestDatabase.all == [.sqlite], "The trigger is written as SQLite wants it."))
    func `using a key writes the time of its use and nothing else`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)
            try await world.forbidChanges("api_keys", ["name", "hash", "scopes", "expires_at", "preview"])
            let program = world.anonymous.adding("X-API-Key", key["key"] ?? "")
            #expect(try await program.get("/api/v1/files").status == 200)
            #expect(try await client.get("/api/v1/api-keys").items.first?["last_used_at"] is String)
        }
    }

    @Test(.enabled(if: TestDatabase.all == [.sqlite], "The trigger is written as SQLite wants it."))
    func `settings and the default profile leave the account's name and password alone`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            try await world.forbidChanges("users", ["username", "username_folded", "password_hash", "role", "token_version"])
            let profile = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"p","is_default":true}"#)
            let path = "/api/v1/profiles/\(profile["id"] ?? "")"
            #expect(profile.status == 201)
            let settings = #"{"auto_transcription_enabled":true,"default_profile_id":"\#(profile["id"] ?? "")"}"#
            #expect(try await client.send("PATCH", "/api/v1/settings", json: settings).status == 200)
            #expect(try await client.send("POST", path + ":set-default").status == 200)
            #expect(try await client.send("PATCH", path, json: #"{"is_default":false}"#).status == 200)
            #expect(try await client.send("DELETE", path).status == 204)
            // What must write them is stopped, so the watch is awake.
            let renaming = #"{"new_username":"bob","password":"correct horse"}"#
            #expect(try await client.send("POST", "/api/v1/auth/change-username", json: renaming).status != 200)
            #expect(try await client.get("/api/v1/auth/me")["username"] == "alice")
        }
    }

    @Test func `jobs that are claimed while they are made are claimed once`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            let count = 60
            let claimed = try await withThrowingTaskGroup(of: [ClaimedJob].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var mine: [ClaimedJob] = []
                        while try await world.claimed < count { mine += try await world.claimAny(2) }
                        return mine
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<(count / 4) {
                            _ = try await client.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#)
                        }
                        return []
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == count && Set(claimed.map(\.job.id)).count == count)
            #expect(claimed.allSatisfy { $0.lease.attempt == 1 })
            let running = try await client.get("/api/v1/admin/queue")
            #expect(running.value("processing") as? Int == count && running.value("queued") as? Int == 0)
        }
    }

    @Test func `of a thousand jobs that are made, canceled and deleted beside four workers each ends once`() async throws {
        try await ServerWorld.run { world async throws in
            let storm = try await JobStorm(world: world, client: world.signedIn(), jobs: 1_000)
            try await storm.rage()
            try await storm.check()
        }
    }

    @Test func `a recording that is still being fetched is no job to anybody`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let url = #"{"url":"https://www.youtube.com/watch?v=x"}"#
            let file = try await client.send("POST", "/api/v1/files:import-youtube", json: url)["id"] ?? ""
            let later = Timestamp.now + .seconds(86_400)
            let store = SQLJobStore(database: world.database)
            let recovery = RecoveryRequest(instance: .make(), deadBefore: later, crashLimit: 3, now: later)
            #expect(try await store.recover(recovery).isEmpty)
            #expect(try await world.claimAny(9).isEmpty)
            #expect(try await client.get("/api/v1/files/\(file)")["status"] == "processing")
            #expect(try await client.get("/api/v1/transcriptions").items.isEmpty)
        }
    }

    @Test func `a recording that could not be fetched takes no job`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let url = #"{"url":"https://www.youtube.com/watch?v=x"}"#
            let file = try await client.send("POST", "/api/v1/files:import-youtube", json: url)["id"] ?? ""
            let id = try #require(FileID(file))
            let error = ScriberrError(.downloadFailed, "The address cannot be reached.")
            _ = try await world.database.write { try FileSQL.fail($0, UserID(1), id, error, at: .now) }
            #expect(try await client.get("/api/v1/files/\(file)")["status"] == "failed")
            let job = try await client.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#)
            #expect(job.failure == "409 CONFLICT file_id")
        }
    }

    @Test func `whoever asks whether to send a body and leaves is no fault of the server's`() async throws {
        try await ServerWorld.run { world async throws in
            let (_, tokens) = try await world.register()
            for _ in 0..<50 {
                try await RawConnection.open(port: world.port) { connection async throws in
                    try await connection.send(
                        "POST /api/v1/profiles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(tokens["access_token"] ?? "")\r\n"
                            + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n"
                    )
                }
            }
            #expect(await eventually { world.log.text.split(separator: "api request lost").count > 50 })
            #expect(!world.log.text.contains("api request failed"))
        }
    }

    @Test func `whoever waits for another request under its key and leaves does nothing later`() async throws {
        try await ServerWorld.run { world async throws in
            let (client, tokens) = try await world.register()
            let (path, body) = ("/api/v1/profiles", #"{"name":"p"}"#)
            let service = world.services.idempotency
            let mark = IdempotencyService.fingerprint([[], Array(body.utf8)])
            let first = try await service.begin(owner: UserID(1), method: "POST", path: path, key: "k", fingerprint: mark)
            guard case .proceed(let reservation) = first else {
                Issue.record("The key was taken.")
                return
            }
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(
                    "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(tokens["access_token"] ?? "")\r\n"
                        + "Idempotency-Key: k\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
            }
            #expect(await eventually { world.log.text.contains("api request lost") })
            await service.abandon(reservation)
            let key = [("Idempotency-Key", "k")]
            let again = try await client.send("POST", path, headers: key, body: Array(body.utf8))
            #expect(again.status == 201 && again.headers["Idempotency-Replayed"].isEmpty)
            #expect(try await client.get(path).items.count == 1)
        }
    }

    @Test func `a stream ends with the access token that opened it`() async throws {
        try await ServerWorld.run {
            $0.accessTokenLifetime = .seconds(5)
            $0.heartbeatInterval = .milliseconds(50)
        } _: { world async throws in
            var client = try await world.signedIn()
            while true {
                let wasOpen = try await client.events("/api/v1/events") { stream async throws in
                    guard try await stream.next(named: "snapshot") != nil else { return false }
                    while try await stream.next() != nil {}
                    return true
                }
                if wasOpen { break }
                // The token had ended before the machine got to the stream: that proves nothing.
                client = try await world.signIn("alice", password: "correct horse")
            }
            #expect(try await client.get("/api/v1/files").failure == "401 UNAUTHORIZED")
        }
    }
}

extension ServerWorld {
    /// Has every statement fail that writes one of these columns, whatever the value.
    func forbidChanges(_ table: String, _ columns: [String]) async throws {
        let sql = """
            CREATE TRIGGER forbidden BEFORE UPDATE OF \(columns.joined(separator: ", ")) ON \(table)
            BEGIN SELECT RAISE(ABORT, 'This column must not be written.'); END
            """
        _ = try await database.write { try $0.execute(sql, []) }
    }

    /// How many jobs were ever claimed.
    fileprivate var claimed: Int {
        get async throws {
            try await database.read { try $0.query("SELECT count(*) AS n FROM executions", []).first?.int("n") ?? 0 }
        }
    }

    /// Claims what there is, as a worker would.
    func claimAny(_ count: Int) async throws -> [ClaimedJob] {
        let request = ClaimRequest(instance: .make(), count: count, leaseExpiresAt: .now + .seconds(600), now: .now)
        return try await SQLJobStore(database: database).claim(request).jobs
    }
}
