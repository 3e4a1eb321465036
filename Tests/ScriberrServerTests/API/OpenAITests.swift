import Foundation
import NIOHTTP1
import ScriberrCore
import ScriberrServer
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite(.timeLimit(.minutes(15)))
struct OpenAIRoutes {
    private let path = "/v1/audio/transcriptions"

    @Test func `every failure has OpenAI's form`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for (answer, status, code) in [
                (try await world.anonymous.get("/v1/models"), 401, "invalid_api_key"),
                (try await client.get("/v1/chat/completions"), 404, "not_found"),
                (try await client.get(path), 405, "method_not_allowed"),
                (try await client.get("/v1/models/unknown"), 404, "model_not_found"),
                (try await client.send("POST", path, json: "{}"), 400, "invalid_request"),
                (try await client.send(form: TestForm().field("model", "whisper-1"), to: path), 400, "invalid_request"),
                (try await client.send(form: TestForm().file(TestForm.recording()), to: path), 400, "validation_error"),
            ] {
                #expect(answer.status == status)
                #expect(answer["error.code"] == code)
                #expect(answer["error.message"]?.isEmpty == false)
                #expect(answer["error.type"] == "invalid_request_error")
            }
        }
    }

    @Test func `a request waits for its job and takes its text`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            async let answer = client.send(form: form(), to: path)
            try await world.complete(try await world.waitingJob(), "hello there")
            #expect(try await answer["text"] == "hello there")
            #expect(try await answer.value("usage.seconds") as? Int == 3)
            // A repetition that says that it is one finds the result; one that does not is new work.
            let again = try await client.send(form: form(), to: path, [("X-Stainless-Retry-Count", "1")])
            #expect(again["text"] == "hello there")
            #expect(try await client.get("/api/v1/transcriptions").items.count == 1)
            #expect(try await client.get("/api/v1/files").items.count == 1)
        }
    }

    @Test func `a stop of the server tells waiting clients to come back, and their job is kept`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            async let answer = client.send(form: form(), to: path)
            let job = try await world.waitingJob()
            await world.stop()
            #expect(try await answer.status == 503)
            #expect(try await answer.headers["X-Should-Retry"] == ["true"])
            #expect(job.status == .queued)
        }
    }

    @Test func `a client that leaves ends its wait and not its job`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let asking = Task { try await client.send(form: form(), to: path) }
            let job = try await world.waitingJob()
            #expect(await eventually { world.server.openStreams == 1 })
            asking.cancel()
            _ = await asking.result
            #expect(await eventually { world.server.openStreams == 0 })
            #expect(try await client.get("/api/v1/transcriptions/\(job.id.text)")["status"] == "queued")
        }
    }

    @Test func `a failed job says why and is not worth sending again`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            async let answer = client.send(form: form(), to: path)
            _ = try await world.waitingJob()
            let failure = FailureReport(code: .mediaUnreadable, message: "The recording cannot be decoded.")
            let lease = try #require(try await world.claim())
            _ = try await SQLJobStore(database: world.database).fail(lease, failure, retryAt: nil, at: .now)
            #expect(try await answer.status == 400)
            #expect(try await answer["error.message"] == "The recording cannot be decoded.")
            #expect(try await answer["error.param"] == "file")
            #expect(try await answer.headers["X-Should-Retry"] == ["false"])
        }
    }

    @Test func `keys come as bearer or as password`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)["key"] ?? ""
            let basic = Data("any:\(key)".utf8).base64EncodedString()
            #expect(try await world.anonymous.bearing(key).get("/v1/models").status == 200)
            #expect(try await world.anonymous.adding("Authorization", "Basic \(basic)").get("/v1/models").status == 200)
            // Our own API knows keys as bearers too, but no passwords.
            #expect(try await world.anonymous.bearing(key).get("/api/v1/files").status == 200)
            #expect(try await world.anonymous.adding("Authorization", "Basic \(basic)").get("/api/v1/files").status == 401)
            #expect(try await world.anonymous.bearing(key).get("/api/v1/api-keys").status == 401)
        }
    }

    @Test func `no account's recordings are joined by another's`() async throws {
        try await ServerWorld.run { world async throws in
            let alice = try await world.signedIn()
            let bob = try await world.other(alice).client
            let asking = Task { try await alice.send(form: form(), to: path) }
            _ = try await world.waitingJob()
            let other = Task { try await bob.send(form: form(), to: path) }
            #expect(await eventually { world.server.openStreams == 2 })
            #expect(try await bob.get("/api/v1/transcriptions").items.count == 1)
            #expect(try await alice.get("/api/v1/transcriptions").items.count == 1)
            asking.cancel()
            other.cancel()
            _ = await (asking.result, other.result)
        }
    }

    @Test(arguments: ["/v1/audio/transcriptions", "/asr?diarize=true"])
    func `the speaker model of the default profile tells speakers apart here too`(path: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let profile = #"{"name":"p","is_default":true,"options":{"diarization_model":"my-speakers"}}"#
            #expect(try await client.send("POST", "/api/v1/profiles", json: profile).status == 201)
            let asking = Task { try await client.send(form: form().field("response_format", "diarized_json"), to: path) }
            let job = try await world.waitingJob()
            #expect(job.options.diarization && job.options.diarizationModel == "my-speakers")
            asking.cancel()
            _ = await asking.result
        }
    }

    @Test(arguments: [("whisper-base", Double?.some(30)), ("far/whole", nil)])
    func `a language is found by whatever model the default profile names`(model: String, end: Double?) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let profile = #"{"name":"p","is_default":true,"options":{"model":"\#(model)"}}"#
            #expect(try await client.send("POST", "/api/v1/profiles", json: profile).status == 201)
            let asking = Task { try await client.send(form: form(), to: "/detect-language") }
            let job = try await world.waitingJob()
            #expect(job.options.model == model && job.options.end == end)
            asking.cancel()
            _ = await asking.result
        }
    }

    private func form() -> TestForm { TestForm().field("model", "whisper-1").file(TestForm.recording()) }
}

extension ServerWorld {
    /// The first job, as soon as there is one.
    fileprivate func waitingJob() async throws -> Transcription {
        let owner = UserID(1)
        for try await _ in services.events.subscribe(FeedRequest(owner: owner)) {
            let jobs = try await services.transcriptions.list(owner, TranscriptionListQuery()).items
            if let job = jobs.first { return try await services.transcriptions.get(owner, job.id) }
        }
        throw ScriberrError(.internalError, "There is no job.")
    }

    /// Claims the next job as a worker would.
    fileprivate func claim() async throws -> Lease? {
        let now = Timestamp.now
        let request = ClaimRequest(instance: .make(at: now), count: 1, leaseExpiresAt: now + .seconds(60), now: now)
        return try await SQLJobStore(database: database).claim(request).jobs.first?.lease
    }

    /// Does the work of a job.
    fileprivate func complete(_ job: Transcription, _ text: String) async throws {
        guard let lease = try await claim(), lease.job == job.id else {
            throw ScriberrError(.internalError, "It is not its turn.")
        }
        let transcript = #"{"text":"\#(text)","language":"en","segments":[],"words":[],"engine":{}}"#
        let result = JobResult(transcript: Array(transcript.utf8), text: text, audioSeconds: 2.5)
        _ = try await SQLJobStore(database: database).complete(lease, result, at: .now)
    }
}
