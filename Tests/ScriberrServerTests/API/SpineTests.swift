import NIOHTTP1
import Testing

@Suite struct SpineRoutes {
    @Test func `health and readiness answer without credentials`() async throws {
        try await ServerWorld.run { world async throws in
            for path in ["/health", "/api/v1/health"] {
                let answer = try await world.anonymous.get(path)
                #expect(answer.status == 200)
                #expect(answer.text == #"{"status":"ok"}"#)
            }
            let ready = try await world.anonymous.get("/api/v1/ready")
            #expect(ready.text == #"{"status":"ready","database":"ok"}"#)
        }
    }

    @Test func `a person registers once, signs in and is known`() async throws {
        try await ServerWorld.run { world async throws in
            let before = try await world.anonymous.get("/api/v1/auth/registration-status")
            #expect(before.text == #"{"registration_enabled":true}"#)
            let (client, tokens) = try await world.register()
            #expect(tokens.status == 200)
            #expect(tokens["user.id"] == "user_self")
            #expect(tokens["refresh_token"]?.hasPrefix("rt_") == true)
            #expect(try await client.get("/api/v1/auth/me").text == #"{"id":"user_self","username":"alice","role":"admin"}"#)
            #expect(try await world.register("mallory").tokens.failure == "409 CONFLICT")
            let login = try await world.anonymous.send(
                "POST",
                "/api/v1/auth/login",
                json: #"{"username":"alice","password":"correct horse"}"#
            )
            #expect(login.status == 200)
            let wrong = try await world.anonymous.send(
                "POST",
                "/api/v1/auth/login",
                json: #"{"username":"alice","password":"wrong horse"}"#
            )
            #expect(wrong.failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `a recording goes in and a job waits for it`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let upload = try await client.send(
                form: TestForm().file(TestForm.recording()).field("title", "Stand-up"),
                to: "/api/v1/files"
            )
            #expect(upload.status == 201)
            #expect(upload["title"] == "Stand-up")
            #expect(upload["mime_type"] == "audio/wav")
            #expect(upload.value("size_bytes") as? Int == 1_000)
            let created = try await client.send(
                "POST",
                "/api/v1/transcriptions",
                json: #"{"file_id":"\#(upload["id"] ?? "")","options":{"language":"de"}}"#
            )
            #expect(created.status == 202)
            #expect(created["status"] == "queued")
            #expect(created["language"] == "de")
            let id = try #require(created["id"])
            #expect(try await client.get("/api/v1/transcriptions/\(id)")["title"] == "Stand-up")
            #expect(try await client.get("/api/v1/transcriptions").items.count == 1)
            let transcript = try await client.get("/api/v1/transcriptions/\(id)/transcript")
            #expect(transcript["status"] == "queued")
            #expect(transcript["text"] == "")
            #expect((transcript.value("words") as? [Any])?.isEmpty == true)
            #expect(try await client.get("/api/v1/admin/queue").value("queued") as? Int == 1)
            #expect(try await client.get("/api/v1/models/transcription").items.first?["id"] as? String == "whisper-base")
        }
    }

    @Test func `submit takes a recording and queues it in one call, with fields on either side of the file`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let form = TestForm().field("options", #"{"diarization":true}"#).file(TestForm.recording()).field(
                "title",
                "Afterwards"
            )
            let submitted = try await client.send(form: form, to: "/api/v1/transcriptions:submit")
            #expect(submitted.status == 202)
            #expect(Set(submitted.json.keys) == ["id", "file_id", "status"])
            let job = try await client.get("/api/v1/transcriptions/\(submitted["id"] ?? "")")
            #expect(job["title"] == "Afterwards")
            #expect(job.value("diarization") as? Bool == true)
        }
    }

    @Test func `events start with the present state and tell what happens next`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            try await client.events("/api/v1/transcriptions/\(job)/events") { events async throws in
                #expect(events.status == 200)
                #expect(events.headers.first(name: "Content-Type") == "text/event-stream")
                #expect(events.headers.first(name: "Connection") == "keep-alive")
                #expect(events.headers.first(name: "X-Accel-Buffering") == "no")
                #expect(try await events.next() == ": connected")
                let snapshot = try await events.next(named: "snapshot")
                #expect(snapshot?.hasPrefix("id: ") == true)
                #expect(snapshot?.contains(#""status":"queued""#) == true)
                #expect(try await client.send("POST", "/api/v1/transcriptions/\(job):cancel").status == 200)
                #expect(try await events.next(named: "transcription.canceled")?.contains(job) == true)
            }
        }
    }
}
