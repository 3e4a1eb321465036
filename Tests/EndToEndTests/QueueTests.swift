import Foundation
import Glibc
import ScriberrTestSupport
import Testing

/// What the queue promises, asked of the running server over HTTP.
@Suite(.serialized)
struct QueueTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(15)))
    func `five hundred jobs of one user delay the single job of another by one at most`() async throws {
        try await withServer(environment: ["TRANSCRIPTION_SCHEDULING": "fair_share"]) { _, anna in
            let bob = try await anna.another("bob")
            #expect(try await anna.send("POST", "admin/queue:pause").status == 200)
            let file = try await anna.upload(welcome, to: "files").json["id"] as? String ?? ""
            var last = ""
            for _ in 1...500 {
                let made = try await anna.send("POST", "transcriptions", json: ["file_id": file])
                last = try #require(made.json["id"] as? String, "\(made.text)")
            }
            let single = try await bob.submit(welcome)
            #expect(try await anna.job(last)["queue_position"] as? Int ?? 0 >= 500)
            #expect(try await bob.job(single)["queue_position"] as? Int ?? 99 <= 2)

            #expect(try await anna.send("POST", "admin/queue:resume").status == 200)
            #expect(try await bob.end(of: single) == "transcription.completed")
            let start = try #require(try await bob.job(single)["started_at"] as? String)
            var earlier = 0
            for status in ["completed", "processing"] {
                let items = try await anna.send("GET", "transcriptions?status=\(status)").json["items"] as? [[String: Any]] ?? []
                for item in items {
                    let other = try await anna.job(item["id"] as? String ?? "")["started_at"] as? String
                    if let other, other < start { earlier += 1 }
                }
            }
            #expect(earlier <= 1)
            // By now one job was measured.
            let waiting = try await anna.job(last)
            #expect(waiting["estimated_start_seconds"] as? Double ?? 0 > 0)
            #expect(waiting["waiting_reason"] as? String == "in_line")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a user at the limit waits while others get the free worker`() async throws {
        try await withServer(environment: ["TRANSCRIPTION_MAX_PER_USER": "1", "TRANSCRIPTION_WORKERS": "2"]) { server, anna in
            let bob = try await anna.another("bob")
            let long = try longRecording(server)
            let (running, second) = (try await anna.submit(long), try await anna.submit(welcome))
            try await anna.start(of: running)
            #expect(try await anna.job(second)["waiting_reason"] as? String == "owner_at_limit")
            let other = try await bob.submit(welcome)
            #expect(try await bob.end(of: other) == "transcription.completed")
            #expect(try await anna.job(second)["status"] as? String == "queued")
            #expect(try await anna.send("POST", "transcriptions/\(running):cancel").status == 200)
            #expect(try await anna.end(of: second) == "transcription.completed")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a cancel or a delete in the middle of a long recording frees the worker for the next one`() async throws {
        try await withServer { server, client in
            let long = try longRecording(server)
            let (first, second, third) = (
                try await client.submit(long), try await client.submit(long), try await client.submit(long)
            )
            try await client.start(of: first)
            let canceledAt = ContinuousClock.now
            #expect(try await client.send("POST", "transcriptions/\(first):cancel").status == 200)
            try await client.start(of: second)
            let afterCancel = ContinuousClock.now - canceledAt
            #expect(try await client.job(first)["status"] as? String == "canceled", "It was not waited for.")

            let deletedAt = ContinuousClock.now
            #expect(try await client.send("DELETE", "transcriptions/\(second)").status == 204)
            #expect(try await client.send("GET", "transcriptions/\(second)").status == 404)
            try await client.start(of: third)
            let afterDelete = ContinuousClock.now - deletedAt
            // A figure and no limit: a machine that has much else to do takes what it takes.
            print("queue: the next job started \(afterCancel) after a cancel, \(afterDelete) after a delete")
            for path in ["", "/executions", "/transcript", "/events"] {
                #expect(try await client.send("GET", "transcriptions/\(second)\(path)").status == 404)
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a job that the server dies of again and again is put aside, and the next one runs`() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["TRANSCRIPTION_CRASH_LIMIT": "2"]
            var server = ServerProcess(folder: folder, environment: environment)
            var client = try await APIClient.registered(at: server.start())
            let poison = try await client.submit(try longRecording(server))
            for _ in 1...2 {
                try await client.start(of: poison)
                server.signal(SIGKILL)
                #expect(await server.waitForEnd() == SIGKILL)
                server = ServerProcess(folder: folder, environment: environment)
                client = try await APIClient.signedIn(at: server.start())
            }
            #expect(try await client.end(of: poison) == "transcription.failed")
            #expect(try await client.job(poison)["error_code"] as? String == "JOB_QUARANTINED")
            let attempts = try await client.send("GET", "transcriptions/\(poison)/executions").json["items"] as? [Any]
            #expect(attempts?.count == 2)
            #expect(try await client.end(of: client.submit(welcome)) == "transcription.completed")
            #expect(try await client.send("POST", "transcriptions/\(poison):retry").status == 202)
            #expect(await server.stop() == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `an engine that stands still is a timeout, and the job is tried again`() async throws {
        try await withServer { server, client in
            let job = try await client.submit(try longRecording(server, times: 12))
            _ = try await client.events(of: job) { $0.type == "transcription.segment" }
            for host in try server.engineHosts() { kill(host, SIGSTOP) }
            let events = try await client.events(of: job) { $0.json["stage"] as? String == "retrying" }
            #expect(events.last?.json["code"] as? String == "ENGINE_TIMEOUT", "\(events.last?.data ?? "")")
            #expect(try await client.job(job)["waiting_reason"] as? String == "not_before")
            #expect(try await client.end(of: job) == "transcription.completed")
            let attempts = try await client.send("GET", "transcriptions/\(job)/executions").json["items"] as? [[String: Any]]
            #expect(attempts?.map { $0["status"] as? String } == ["completed", "failed"])
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `what cannot be done with a job is told as the contract says`() async throws {
        try await withServer { server, anna in
            let bob = try await anna.another("bob")
            let (done, running) = (try await anna.submit(welcome), try await anna.submit(try longRecording(server)))
            #expect(try await anna.end(of: done) == "transcription.completed")
            try await anna.start(of: running)
            let waiting = try await anna.submit(welcome)
            let unknown = "tr_01900000000070008000000000000000"

            for (job, verb) in [(done, "cancel"), (running, "retry"), (waiting, "retry")] {
                let answer = try await anna.send("POST", "transcriptions/\(job):\(verb)")
                #expect(answer.failure == "409 CONFLICT", "\(verb): \(answer.text)")
            }
            for (client, job) in [(anna, unknown), (bob, done), (bob, running)] {
                for (method, suffix) in [
                    ("GET", ""), ("DELETE", ""), ("POST", ":cancel"), ("POST", ":retry"), ("GET", "/executions"),
                ] {
                    let answer = try await client.send(method, "transcriptions/\(job)\(suffix)")
                    #expect(answer.failure == "404 NOT_FOUND", "\(method) \(suffix): \(answer.text)")
                }
            }
            #expect(try await anna.job(running)["status"] as? String == "processing")
            #expect(try await anna.send("POST", "transcriptions/\(running):cancel").status == 200)
            #expect(try await anna.end(of: running) == "transcription.canceled")
            let again = try await anna.send("POST", "transcriptions/\(running):cancel")
            #expect(again.failure == "409 CONFLICT")
        }
    }

    private func longRecording(_ server: ServerProcess, times: Int = 60) throws -> String {
        let path = server.folder + "/long.wav"
        try repeatAudio(welcome, times: times, to: path)
        return path
    }
}

extension APIClient {
    /// A client of another account, which this one's, an admin's, makes.
    fileprivate func another(_ name: String) async throws -> APIClient {
        let made = try await send("POST", "admin/users", json: ["username": name, "password": "correct horse"])
        guard made.status == 201 else { throw UnexpectedStatus(status: made.status) }
        var client = APIClient(base: base)
        let answer = try await client.send("POST", "auth/login", json: ["username": name, "password": "correct horse"])
        client.token = answer.json["access_token"] as? String
        return client
    }

    /// Sends a recording in and answers its job.
    fileprivate func submit(_ path: String) async throws -> String {
        let answer = try await upload(path, to: "transcriptions:submit")
        guard let id = answer.json["id"] as? String else { throw UnexpectedStatus(status: answer.status) }
        return id
    }

    fileprivate func job(_ id: String) async throws -> [String: Any] { try await send("GET", "transcriptions/\(id)").json }

    /// Waits until a job runs.
    fileprivate func start(of id: String) async throws {
        _ = try await events("transcriptions/\(id)/events") { $0.json["status"] as? String == "processing" }
    }

    /// Waits until a job has ended, and answers with which event it did.
    fileprivate func end(of id: String) async throws -> String {
        let ends = ["completed", "failed", "canceled"]
        let events = try await events("transcriptions/\(id)/events") { ends.contains($0.json["status"] as? String ?? "") }
        return "transcription." + (events.last?.json["status"] as? String ?? "")
    }
}

extension APIClient.Answer {
    /// The status and the code of a refusal.
    fileprivate var failure: String { "\(status) \((json["error"] as? [String: Any])?["code"] as? String ?? "")" }
}
