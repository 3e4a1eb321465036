import NIOHTTP1
import ScriberrServer
import ScriberrServices
import ScriberrTestSupport
import Testing

@Suite struct EventRoutes {
    @Test func `a stream goes on behind the last event that was seen`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let path = "/api/v1/transcriptions/\(job)/events"
            let place = try await client.events(path) { events async throws in
                let snapshot = try await events.next(named: "snapshot") ?? ""
                return snapshot.split(separator: "\n").first?.dropFirst(4) ?? ""
            }
            _ = try await client.send("PATCH", "/api/v1/transcriptions/\(job)", json: #"{"title":"one"}"#)
            _ = try await client.send("POST", "/api/v1/transcriptions/\(job):cancel")
            try await client.events(path, [("Last-Event-ID", String(place))]) { events async throws in
                #expect(try await events.next() == ": connected")
                #expect(try await events.next()?.contains("event: transcription.updated") == true)
                #expect(try await events.next()?.contains("event: transcription.canceled") == true)
            }
            #expect(try await client.get(path, [("Last-Event-ID", "x")]).failure == "422 VALIDATION_ERROR Last-Event-ID")
        }
    }

    @Test func `a place that is no longer known is told, then the present state`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            try await client.events("/api/v1/events", [("Last-Event-ID", "999999")]) { events async throws in
                #expect(try await events.next() == ": connected")
                #expect(try await events.next()?.contains("event: gap") == true)
                #expect(try await events.next()?.contains("event: snapshot") == true)
            }
        }
    }

    @Test func `the types that are asked for are the ones that come, once each`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await client.get("/api/v1/events?types=file.ready,nope").failure == "422 VALIDATION_ERROR types")
            try await client.events("/api/v1/events?types=file.ready,profile.updated") { events async throws in
                _ = try await events.next(named: "snapshot")
                let job = try await client.job()
                _ = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"p"}"#)
                #expect(try await events.next()?.contains("event: file.ready") == true)
                #expect(try await events.next()?.contains("event: profile.updated") == true)
                #expect(!job.isEmpty)
            }
        }
    }

    @Test func `silence is filled with heartbeats`() async throws {
        try await ServerWorld.run(configure: { $0.heartbeatInterval = .milliseconds(20) }) { world async throws in
            try await world.signedIn().events("/api/v1/events") { events async throws in
                _ = try await events.next(named: "snapshot")
                #expect(try await events.next() == ": heartbeat")
                #expect(try await events.next() == ": heartbeat")
            }
        }
    }

    @Test func `a stream is forgotten as soon as its client leaves`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            try await client.events("/api/v1/events") { events async throws in
                _ = try await events.next(named: "snapshot")
                #expect(world.server.openStreams == 1)
                #expect(world.services.events.readerCount == 1)
            }
            #expect(await eventually { world.server.openStreams == 0 && world.services.events.readerCount == 0 })
        }
    }

    @Test func `streams end when the server stops, and the server then stops at once`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        try await client.events("/api/v1/events") { events async throws in
                            while try await events.next() != nil {}
                            return true
                        }
                    }
                }
                #expect(await eventually { world.server.openStreams == 5 })
                await world.stop()
                for try await ended in group { #expect(ended) }
            }
        }
    }

    @Test func `a stream ends when its session is signed out`() async throws {
        try await ServerWorld.run { world async throws in
            let (client, tokens) = try await world.register()
            try await client.events("/api/v1/events") { events async throws in
                _ = try await events.next(named: "snapshot")
                let json = #"{"refresh_token":"\#(tokens["refresh_token"] ?? "")"}"#
                _ = try await world.anonymous.send("POST", "/api/v1/auth/logout", json: json)
                while try await events.next() != nil {}
            }
        }
    }

    @Test func `a stream ends when its key is revoked, others go on`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)
            try await client.events("/api/v1/events") { session async throws in
                _ = try await session.next(named: "snapshot")
                let program = world.anonymous.adding("X-API-Key", key["key"] ?? "")
                try await program.events("/api/v1/events") { events async throws in
                    _ = try await events.next(named: "snapshot")
                    _ = try await client.send("DELETE", "/api/v1/api-keys/\(key["id"] ?? "")")
                    while try await events.next() != nil {}
                }
                _ = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"p"}"#)
                #expect(try await session.next(named: "profile.updated") != nil)
            }
        }
    }

    @Test func `a stream of something unknown is not found`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await client.get("/api/v1/transcriptions/tr_0/events").failure == "404 NOT_FOUND")
            #expect(try await client.get("/api/v1/transcriptions/file_0/events").failure == "404 NOT_FOUND")
        }
    }

    @Test func `a long poll answers when the status changes`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            async let waiting = client.get("/api/v1/transcriptions/\(job)?wait=60s")
            #expect(await eventually { world.server.openStreams == 1 })
            _ = try await client.send("POST", "/api/v1/transcriptions/\(job):cancel")
            #expect(try await waiting["status"] == "canceled")
            #expect(try await client.get("/api/v1/transcriptions/\(job)?wait=60s")["status"] == "canceled")
        }
    }

    @Test func `a long poll answers as things stand when its time is over or the server stops`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            #expect(try await client.get("/api/v1/transcriptions/\(job)?wait=10ms")["status"] == "queued")
            #expect(try await client.get("/api/v1/transcriptions/\(job)?wait=soon").failure == "422 VALIDATION_ERROR wait")
            async let waiting = client.get("/api/v1/transcriptions/\(job)?wait=60s")
            #expect(await eventually { world.server.openStreams == 1 })
            await world.stop()
            #expect(try await waiting["status"] == "queued")
        }
    }

    @Test func `a long poll ends with its credential`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)
            let program = world.anonymous.adding("X-API-Key", key["key"] ?? "")
            async let waiting = program.get("/api/v1/transcriptions/\(job)?wait=60s")
            #expect(await eventually { world.server.openStreams == 1 })
            _ = try await client.send("DELETE", "/api/v1/api-keys/\(key["id"] ?? "")")
            #expect(try await waiting.failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a client that takes nothing is cut off`() async throws {
        try await ServerWorld.run(configure: { $0.writeTimeout = .milliseconds(200) }) { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload(TestForm.recording(12_000_000))
            try await RawConnection.open(port: world.port, roomBytes: 65_536) { connection async throws in
                try await connection.send(
                    "GET /api/v1/files/\(file)/audio HTTP/1.1\r\nHost: x\r\nAuthorization: \(client.headers[0].1)\r\n\r\n"
                )
                #expect(try await connection.read(until: "HTTP/1.1 200"))
                // Nothing is read until the server has given up; then the end comes before the promised length.
                #expect(await eventually { world.log.text.contains("Connection closed") })
            }
        }
    }
}
