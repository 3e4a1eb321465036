import NIOHTTP1
import ScriberrStore
import ScriberrTestStores
import Testing

@testable import ScriberrServer

/// What a request under an idempotency key makes and the answer about it are one commit: a server that dies between the two cannot
/// leave the first without the second.
@Suite struct KeyedCommits {
    @Test(.enabled(if: TestDatabase.all == [.sqlite], "The trigger is written as SQLite wants it."))
    func `what cannot be answered under a key is not made, whatever route makes it`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let requests = try await requests(world, client)
            let before = try await world.content()
            try await world.forbidChanges("idempotency_keys", ["answer"])
            for route in Route.all where route.idempotency != .none {
                let request = try #require(requests[route.pattern.text], "\(route.name) is not known to this test")
                #expect(try await request(client).status >= 500, "\(route.name)")
                #expect(try await world.content() == before, "\(route.name)")
            }
            _ = try await world.database.write { try $0.execute("DROP TRIGGER forbidden", []) }
            for (path, request) in requests.sorted(by: { $0.key < $1.key }) {
                let answer = try await request(client)
                #expect((200..<300).contains(answer.status), "\(path) \(answer.text)")
                let again = try await request(client)
                #expect(again.text == answer.text && again.headers["Idempotency-Replayed"] == ["true"], "\(path)")
            }
        }
    }

    private typealias Request = (TestClient) async throws -> TestAnswer

    /// A request for each route that takes a key.
    private func requests(_ world: ServerWorld, _ client: TestClient) async throws -> [String: Request] {
        let done = try await client.job()
        try await world.finish(done, #"{"text":"done","segments":[],"words":[]}"#)
        let (spoken, old) = (try await client.job(), try await client.job())
        try await world.finish(spoken, #"{"text":"done","segments":[],"words":[]}"#)
        #expect(try await client.send("POST", "/api/v1/transcriptions/\(old):cancel").status == 200)
        let (waiting, file) = (try await client.job(), try await client.upload())
        let profile = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"old"}"#)["id"] ?? ""
        let start = #"{"title":"t","mime_type":"audio/webm"}"#
        let recording = try await client.send("POST", "/api/v1/recordings", json: start)["id"] ?? ""
        #expect(
            try await client.send("PUT", "/api/v1/recordings/\(recording)/pieces/0", body: TestForm.recording(seed: 7)).status
                == 200
        )
        return [
            "/api/v1/transcriptions": post("/api/v1/transcriptions", #"{"file_id":"\#(file)"}"#),
            "/api/v1/transcriptions:submit": form("/api/v1/transcriptions:submit", seed: 3),
            "/api/v1/transcriptions/{id}:cancel": post("/api/v1/transcriptions/\(waiting):cancel"),
            "/api/v1/transcriptions/{id}:retry": post("/api/v1/transcriptions/\(old):retry"),
            "/api/v1/transcriptions/{id}:diarize": post("/api/v1/transcriptions/\(spoken):diarize"),
            "/api/v1/files": form("/api/v1/files", seed: 4),
            "/api/v1/files:import-youtube": post(
                "/api/v1/files:import-youtube",
                #"{"url":"https://www.youtube.com/watch?v=x"}"#
            ),
            "/api/v1/files:import-url": post("/api/v1/files:import-url", #"{"url":"https://93.184.216.34/a.mp3"}"#),
            "/api/v1/recordings/{id}:finish": post("/api/v1/recordings/\(recording):finish"),
            "/api/v1/profiles": post("/api/v1/profiles", #"{"name":"new"}"#),
            "/api/v1/profiles/{id}:set-default": post("/api/v1/profiles/\(profile):set-default"),
            "/api/v1/api-keys": post("/api/v1/api-keys", #"{"name":"k"}"#),
            "/api/v1/webhooks": post("/api/v1/webhooks", #"{"url":"https://nowhere.invalid/"}"#),
            "/api/v1/admin/users": post("/api/v1/admin/users", #"{"username":"bob","password":"correct horse"}"#),
        ]
    }

    private func post(_ path: String, _ json: String? = nil) -> Request {
        { client in
            let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "k")]
            return try await client.send("POST", path, headers: headers, body: json.map { Array($0.utf8) })
        }
    }

    private func form(_ path: String, seed: UInt8) -> Request {
        { try await $0.send(form: TestForm().file(TestForm.recording(seed: seed)), to: path, [("Idempotency-Key", "k")]) }
    }
}

extension ServerWorld {
    /// How much there is of what requests make.
    fileprivate func content() async throws -> [String: Int] {
        let questions = [
            "transcriptions", "transcriptions WHERE status = 'queued'", "files", "imports", "recordings", "profiles",
            "profiles WHERE is_default = 1", "api_keys", "webhooks", "users", "events",
        ]
        return try await database.read { db in
            try questions.reduce(into: [:]) { found, question in
                found[question] = try db.query("SELECT count(*) AS n FROM \(question)", []).first?.int("n")
            }
        }
    }
}
