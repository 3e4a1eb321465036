import Foundation
import ScriberrTestSupport
import Testing

/// Several processes on one PostgreSQL, with real audio.
@Suite(.serialized, .enabled(if: Cluster.isPossible, "tools/run-tests starts PostgreSQL."))
struct ClusterTests {
    @Test(.timeLimit(.minutes(15)))
    func `any node answers for what another did`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = try await Cluster(folder: folder, workers: 1)
            let (one, other) = (cluster.clients[0], cluster.clients[1])
            let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

            let key = ["Idempotency-Key": "the-same-upload"]
            let first = try await one.upload(welcome, to: "transcriptions:submit", headers: key)
            let again = try await other.upload(welcome, to: "transcriptions:submit", headers: key)
            let id = try #require(first.json["id"] as? String, "\(first.text)")
            #expect(again.json["id"] as? String == id)

            let events = try await other.untilEnd(of: id)
            #expect(events.last?.type == "transcription.completed", "\(events.map(\.type))")
            let replay = try await one.untilEnd(of: id)
            #expect(replay.filter(\.isTerminal).map(\.id) == events.filter(\.isTerminal).map(\.id))
            let transcript = try await other.send("GET", "transcriptions/\(id)/transcript").json
            #expect((transcript["words"] as? [Any])?.isEmpty == false)

            let workers = try await one.send("GET", "admin/workers").json["items"] as? [[String: Any]] ?? []
            #expect(workers.map { $0["role"] as? String } == ["worker"])
            #expect(workers.first?["alive"] as? Bool == true)
            #expect(workers.first?["cuda"] as? Bool == FileManager.default.fileExists(atPath: "/dev/nvidia0"))
            #expect((workers.first?["models"] as? [String])?.isEmpty == false)
            for node in cluster.nodes { #expect(try node.engineHosts().isEmpty) }
            await cluster.end()
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a node with another secret than the others does not start`() async throws {
        try await withTemporaryFolder { folder in
            let url = try TestPostgres.makeDatabase()
            func node(_ secret: String) -> ServerProcess {
                let environment = ["DATABASE_URL": url, "JWT_SECRET": secret, "UPLOAD_DIR": folder + "/uploads"]
                return ServerProcess(folder: folder, environment: environment, arguments: ["serve", "--no-workers"])
            }
            let (first, second, third) = (
                node("the secret that all of them have"), node("another secret, as long as the other"),
                node("a new secret for when all have stopped")
            )
            _ = try await first.start()
            let died = await #expect(throws: ServerDied.self) { _ = try await second.start() }
            #expect(died?.output.contains { $0.contains("JWT_SECRET: the node") } == true, "\(died?.output ?? [])")
            #expect(await second.waitForEnd() == 1)
            // Once all of them have stopped there may be a new one.
            #expect(await first.stop() == 0)
            _ = try await third.start()
            #expect(await third.stop() == 0)
            try TestPostgres.drop(TestPostgres.name(url))
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a worker that waits for its database ends when it is asked to`() async throws {
        try await withTemporaryFolder { folder in
            // Nobody listens at this port.
            let environment = ["DATABASE_URL": "postgres://scriberr@127.0.0.1:1/scriberr", "UPLOAD_DIR": folder + "/uploads"]
            let worker = ServerProcess(folder: folder, environment: environment, arguments: ["worker"])
            try worker.spawn()
            _ = await worker.logged { $0.contains("PostgreSQL cannot be reached") }
            #expect(await worker.stop() == 0)
        }
    }

    @Test(.enabled(if: Cluster.isThorough, "make chaos-cluster runs it."), .timeLimit(.minutes(15)))
    func `a running job stops when any node is asked, and one that nobody can do says so`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = try await Cluster(folder: folder, workers: 1)
            let (one, other) = (cluster.clients[0], cluster.clients[1])
            let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
            try repeatAudio(welcome, times: 40, to: folder + "/long.wav")

            let running = try await one.upload(folder + "/long.wav", to: "transcriptions:submit")
            let id = try #require(running.json["id"] as? String, "\(running.text)")
            _ = try await other.events("transcriptions/\(id)/events") { $0.type == "transcription.segment" }
            #expect(try await other.send("POST", "transcriptions/\(id):cancel").status == 200)
            let end = try await one.untilEnd(of: id)
            #expect(end.last?.type == "transcription.canceled")

            let file = try await one.upload(welcome, to: "files").json["id"] as? String ?? ""
            for (options, reason) in [
                (["device": "cuda"], "no_worker_with_cuda"), (["model": "whisper-base"], "no_worker_with_model"),
            ] {
                let made = try await one.send("POST", "transcriptions", json: ["file_id": file, "options": options])
                let waiting = try await other.send("GET", "transcriptions/\(made.json["id"] as? String ?? "")").json
                #expect(waiting["status"] as? String == "queued", "\(made.text)")
                #expect(waiting["waiting_reason"] as? String == reason, "\(waiting)")
            }
            await cluster.end()
        }
    }

    @Test(.enabled(if: Cluster.isThorough, "make chaos-cluster runs it."), .timeLimit(.minutes(15)))
    func `a worker that is stopped or vanishes leaves its job to another, which goes on with it`() async throws {
        try await withTemporaryFolder { folder in
            var cluster = try await Cluster(folder: folder, workers: 2)
            let client = cluster.clients[0]
            let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
            try repeatAudio(welcome, times: 12, to: folder + "/long.wav")
            let made = try await client.upload(folder + "/long.wav", to: "transcriptions:submit")
            let id = try #require(made.json["id"] as? String, "\(made.text)")
            for signal in [SIGTERM, SIGKILL] {
                _ = try await client.events("transcriptions/\(id)/events") { $0.type == "transcription.segment" }
                let workers = try await client.send("GET", "admin/workers").json["items"] as? [[String: Any]] ?? []
                let busy = workers.first { ($0["running"] as? [Any])?.isEmpty == false }
                let number = cluster.workers.firstIndex { Int($0.processID ?? 0) == busy?["process_id"] as? Int }
                try await cluster.replaceWorker(try #require(number, "\(workers)"), signal)
            }
            let log = try await client.untilEnd(of: id)
            #expect(log.last?.type == "transcription.completed")
            let pieces = log.filter { $0.type == "transcription.segment" }.map { "\($0.json["index"] ?? "")" }
            #expect(Set(pieces).count == pieces.count, "a kept piece was done again")
            await cluster.end()
        }
    }

    @Test(.enabled(if: Cluster.isThorough, "make chaos-cluster runs it."), .timeLimit(.minutes(15)))
    func `a worker that is cut off stops within its lease, and writes nothing when it comes back`() async throws {
        try await withTemporaryFolder { folder in
            var cluster = try await Cluster(folder: folder, workers: 0)
            try await cutOff(&cluster, by: ProxyCable(to: cluster.url), folder)
        }
    }

    @Test(.enabled(if: NamespaceCable.isPossible, "needs root and network namespaces"), .timeLimit(.minutes(15)))
    func `a worker whose network is gone stops its engine within its lease, and writes nothing when it comes back`() async throws
    {
        try await withTemporaryFolder { folder in
            let cable = try NamespaceCable()
            var cluster = try await Cluster(folder: folder, workers: 0, listeningAlsoOn: cable.address)
            try cable.lead(to: cluster.url)
            try await cutOff(&cluster, by: cable, folder)
        }
    }

    private func cutOff(_ cluster: inout Cluster, by cable: any Cable, _ folder: String) async throws {
        let cutOff = try cluster.addWorker(at: cable.url, launcher: cable.launcher)
        let client = cluster.clients[0]
        let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
        try repeatAudio(welcome, times: 24, to: folder + "/long.wav")
        let made = try await client.upload(folder + "/long.wav", to: "transcriptions:submit")
        let id = try #require(made.json["id"] as? String, "\(made.text)")
        _ = try await client.events("transcriptions/\(id)/events") { $0.type == "transcription.segment" }
        #expect(try cutOff.engineHosts().count == 1)
        try cable.pull()
        let pulledAt = ContinuousClock.now
        _ = await cutOff.logged { $0.contains("Transcription job lease lost") }
        while try !cutOff.engineHosts().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        let waited = ContinuousClock.now - pulledAt
        // A figure and no limit: it says when we saw it on a machine that has other work. The job was in its middle, see below.
        print("chaos: cut off, engine gone after \(waited)")

        let other = try cluster.addWorker()
        _ = await other.logged { $0.contains("Transcription job claimed") }
        try cable.plugIn()
        let log = try await client.untilEnd(of: id)
        #expect(log.last?.type == "transcription.completed")
        #expect(!cutOff.output.contains { $0.contains("Transcription job processed") })
        let attempts = try await client.send("GET", "transcriptions/\(id)/executions").json["items"] as? [[String: Any]] ?? []
        let ends = attempts.compactMap { $0["status"] as? String }
        #expect(ends.filter { $0 == "completed" }.count == 1 && !ends.contains("processing"), "\(ends)")
        let pieces = log.filter { $0.type == "transcription.segment" }.map { "\($0.json["index"] ?? "")" }
        #expect(Set(pieces).count == pieces.count, "a kept piece was done again")
        await cluster.end()
    }

    @Test(.enabled(if: Cluster.isThorough, "make chaos-cluster runs it."), .timeLimit(.minutes(15)))
    func `a database that is away costs waiting, not the running job`() async throws {
        let seconds = ProcessInfo.processInfo.environment["CLUSTER_OUTAGE_SECONDS"].flatMap(Int.init) ?? 5
        try await withTemporaryFolder { folder in
            let cluster = try await Cluster(folder: folder, workers: 1, environment: ["TRANSCRIPTION_LEASE_TIMEOUT": "10m"])
            let client = cluster.clients[0]
            let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
            try repeatAudio(welcome, times: 12, to: folder + "/long.wav")
            let made = try await client.upload(folder + "/long.wav", to: "transcriptions:submit")
            let id = try #require(made.json["id"] as? String, "\(made.text)")
            _ = try await client.events("transcriptions/\(id)/events") { $0.type == "transcription.segment" }
            try cluster.postgres.stop()
            // How long the outage lasts is what is tried.
            try await Task.sleep(for: .seconds(seconds))
            try cluster.postgres.start()
            let log = try await eventually(client, id)
            #expect(log.last?.type == "transcription.completed", "\(log.map(\.type))")
            let attempts = try await client.send("GET", "transcriptions/\(id)/executions").json["items"] as? [Any] ?? []
            #expect(attempts.count == 1)
            await cluster.end()
        }
    }

    /// The events of a job from the first to the last, asked for again when the stream breaks off.
    private func eventually(_ client: APIClient, _ id: String) async throws -> [ServerEvent] {
        while true {
            do {
                let log = try await client.events("transcriptions/\(id)/events", headers: ["Last-Event-ID": "0"]) {
                    $0.isTerminal
                }
                if log.last?.isTerminal == true { return log }
            } catch is UnexpectedStatus {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }
}
