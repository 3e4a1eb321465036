import NIOHTTP1
import Testing

@Suite struct Idempotency {
    private let path = "/api/v1/profiles"

    @Test func `a repetition answers what the first call answered, and says so`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let first = try await client.send("POST", path, json: #"{"name":"p"}"#, [("Idempotency-Key", "k1")])
            let second = try await client.send(
                "POST",
                path,
                json: #"{"name":"p"}"#,
                [("Idempotency-Key", "k1"), ("X-Request-ID", "second")]
            )
            #expect(first.status == 201)
            #expect(second.status == 201)
            #expect(second.text == first.text)
            #expect(first.headers.first(name: "Idempotency-Replayed") == nil)
            #expect(second.headers.first(name: "Idempotency-Replayed") == "true")
            #expect(second.headers["X-Request-ID"] == ["second"])
            #expect(second.headers["Content-Type"] == ["application/json; charset=utf-8"])
            #expect(second.headers["Content-Length"].count == 1)
            #expect(try await client.get(path).items.count == 1)
        }
    }

    @Test func `a key used with another request is refused, a bad key too`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            _ = try await client.send("POST", path, json: #"{"name":"p"}"#, [("Idempotency-Key", "k1")])
            let other = try await client.send("POST", path, json: #"{"name":"q"}"#, [("Idempotency-Key", "k1")])
            #expect(other.failure == "409 IDEMPOTENCY_CONFLICT Idempotency-Key")
            let bad = try await client.send("POST", path, json: #"{"name":"q"}"#, [("Idempotency-Key", "two words")])
            #expect(bad.failure == "422 VALIDATION_ERROR Idempotency-Key")
            let open = try await world.anonymous.send("POST", path, json: "{}", [("Idempotency-Key", "two words")])
            #expect(open.failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a failure leaves the key free`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let key = [("Idempotency-Key", "k1")]
            #expect(try await client.send("POST", path, json: #"{"name":""}"#, key).status == 422)
            #expect(try await client.send("POST", path, json: #"{"name":"p"}"#, key).status == 201)
        }
    }

    @Test func `parallel calls under one key make one thing`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await client.send("POST", path, json: #"{"name":"p"}"#, [("Idempotency-Key", "k")]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.status)) == [201])
            #expect(Set(answers.map { $0["id"] }).count == 1)
            #expect(try await client.get(path).items.count == 1)
        }
    }

    @Test func `an upload is the same when its bytes and fields are, whatever the boundary`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            var form = TestForm().file(TestForm.recording()).field("title", "a")
            let key = [("Idempotency-Key", "upload")]
            let first = try await client.send(form: form, to: "/api/v1/files", key)
            #expect(first.status == 201)
            form.boundary = "another"
            let again = try await client.send(form: form, to: "/api/v1/files", key)
            #expect(again["id"] == first["id"])
            #expect(again.headers.first(name: "Idempotency-Replayed") == "true")
            let other = TestForm().file(TestForm.recording(seed: 2)).field("title", "a")
            #expect(
                try await client.send(form: other, to: "/api/v1/files", key).failure == "409 IDEMPOTENCY_CONFLICT Idempotency-Key"
            )
            let renamed = TestForm().file(TestForm.recording()).field("title", "b")
            #expect(
                try await client.send(form: renamed, to: "/api/v1/files", key).failure
                    == "409 IDEMPOTENCY_CONFLICT Idempotency-Key"
            )
            #expect(try await client.get("/api/v1/files").items.count == 1)
            #expect(try await client.get("/api/v1/files/\(first["id"] ?? "")/audio").body == TestForm.recording())
        }
    }
}
