import Foundation
import ScriberrTestSupport
import Testing

/// Real audio on the built programs while the server, its engine hosts or both are killed at random times.
///
/// `CHAOS_KILLS` sets how many kills (10 in the normal run, `make chaos N=100` for more), `CHAOS_SEED` which ones.
@Suite(.serialized)
struct ChaosTests {
    @Test(.timeLimit(.minutes(60)))
    func `every accepted job ends once, with one result, whatever is killed`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["CHAOS_KILLS"].flatMap(Int.init) ?? 10
        let seed = environment["CHAOS_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...1_000_000)
        print("chaos: \(kills) kills, seed \(seed)")
        try await withTemporaryFolder { folder in
            var storm = try await Storm(folder: folder, seed: seed)
            for number in 1...kills { try await storm.strike(number) }
            try await storm.settle()
            try await storm.check()
        }
    }
}

/// One run: a server that is killed and started again, and the jobs a client believes it has.
private struct Storm {
    private let folder: String
    private var random: SeededGenerator
    private var server: ServerProcess
    private var client: APIClient
    /// Jobs that the server accepted, with what the client knows was done to them.
    private var accepted: [String: Bool] = [:]
    private var struck: [String: Int] = [:]
    /// Every piece that was finished, as often as it was; `job#piece`.
    private var finished: [String] = []

    init(folder: String, seed: UInt64) async throws {
        self.folder = folder
        random = SeededGenerator(seed: seed)
        let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
        try FileManager.default.copyItem(atPath: welcome, toPath: folder + "/short.wav")
        try repeatAudio(welcome, times: 4, to: folder + "/middle.wav")
        try repeatAudio(welcome, times: 12, to: folder + "/long.wav")
        try "This is no recording.".write(toFile: folder + "/broken.wav", atomically: true, encoding: .utf8)
        server = Self.makeServer(folder)
        client = try await APIClient.registered(at: server.start())
    }

    private static func makeServer(_ folder: String) -> ServerProcess {
        // Room for many kills: a job must not end in quarantine because of a storm made on purpose.
        ServerProcess(
            folder: folder,
            environment: [
                "TRANSCRIPTION_WORKERS": "2", "TRANSCRIPTION_MAX_ATTEMPTS": "100", "TRANSCRIPTION_CRASH_LIMIT": "100",
                "LOG_LEVEL": "debug",
            ]
        )
    }

    /// Brings in work, waits a random while and kills something.
    mutating func strike(_ number: Int) async throws {
        try await bringWork()
        // How long the storm waits is what is random about it; nothing is waited for.
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...2_500, using: &random)))
        let kind = ["server", "term", "host", "both"].randomElement(using: &random) ?? "server"
        struck[kind, default: 0] += 1
        if kind == "host" || kind == "both" {
            for host in try server.engineHosts() { kill(host, SIGKILL) }
        }
        guard kind != "host" else { return }
        server.signal(kind == "term" ? SIGTERM : SIGKILL)
        let status = await server.waitForEnd()
        if kind == "term" { #expect(status == 0, "a stop in the middle of work ended with status \(status)") }
        finished += finishedPieces(in: server.output)
        try await restart()
    }

    private mutating func restart() async throws {
        server = Self.makeServer(folder)
        client = try await APIClient.signedIn(at: server.start())
    }

    private mutating func bringWork() async throws {
        let open = try await client.send("GET", "transcriptions?status=queued&limit=100").json["items"] as? [Any]
        guard (open?.count ?? 0) < 6 else { return }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let name = ["short", "short", "middle", "long"].randomElement(using: &random) ?? "short"
            let answer = try await client.upload(folder + "/\(name).wav", to: "transcriptions:submit")
            let id = try #require(answer.json["id"] as? String, "\(answer.text)")
            accepted[id] = false
            if Int.random(in: 0..<6, using: &random) == 0 {
                let canceled = try await client.send("POST", "transcriptions/\(id):cancel")
                if canceled.status == 200 { accepted[id] = true }
            }
        }
    }

    /// Waits until every accepted job has ended.
    mutating func settle() async throws {
        for id in accepted.keys {
            let events = try await client.events("transcriptions/\(id)/events") { event in
                event.isTerminal
                    || (event.type == "snapshot"
                        && ["completed", "failed", "canceled"].contains(event.json["status"] as? String ?? ""))
            }
            #expect(!events.isEmpty)
        }
    }

    /// Holds what is there at the end against what was promised.
    mutating func check() async throws {
        var terminalEvents: [String: [String]] = [:]
        let last = try await client.send("POST", "profiles", json: ["name": "the last event"]).json["id"] as? String
        let log = try await client.events("events", headers: ["Last-Event-ID": "0"]) {
            $0.type == "profile.updated" && $0.json["id"] as? String == last
        }
        for event in log where event.isTerminal {
            terminalEvents[event.json["id"] as? String ?? "", default: []].append(event.type)
        }
        for (id, wasCanceled) in accepted {
            let job = try await client.send("GET", "transcriptions/\(id)").json
            let status = job["status"] as? String ?? "lost"
            #expect(status == "completed" || (wasCanceled && status == "canceled"), "\(id): \(status) \(job["error"] ?? "")")
            #expect(terminalEvents[id] == ["transcription.\(status)"], "\(id): \(terminalEvents[id] ?? [])")
            let attempts = try await client.send("GET", "transcriptions/\(id)/executions").json["items"] as? [[String: Any]] ?? []
            let ends = attempts.compactMap { $0["status"] as? String }
            #expect(!ends.contains("processing"), "\(id): \(ends)")
            #expect(ends.filter { $0 == "completed" }.count == (status == "completed" ? 1 : 0), "\(id): \(ends)")
            guard status == "completed" else { continue }
            let transcript = try await client.send("GET", "transcriptions/\(id)/transcript").json
            #expect((transcript["words"] as? [Any])?.isEmpty == false)
        }
        let pieces = log.filter { $0.type == "transcription.segment" }.map { "\($0.json["id"] ?? "")#\($0.json["index"] ?? "")" }
        #expect(Set(pieces).count == pieces.count, "a kept piece was done again")
        print("chaos: \(accepted.count) jobs, struck \(struck), \(pieces.count) pieces, none kept twice")
        #expect(await server.stop() == 0)
        try await checkRework(log)
    }

    /// A kill may fall between the end of a piece and its commit: then that piece is done again, and no other that was finished.
    private mutating func checkRework(_ log: [ServerEvent]) async throws {
        finished += finishedPieces(in: server.output)
        let claims = Dictionary(grouping: log.filter { $0.json["stage"] as? String == "preparing" }) {
            $0.json["id"] as? String ?? ""
        }
        var again: [String: Int] = [:]
        for (piece, times) in Dictionary(grouping: finished, by: { $0 }).mapValues(\.count) where times > 1 {
            again[piece.split(separator: "#").first.map(String.init) ?? "", default: 0] += times - 1
        }
        for (job, count) in again { #expect(count < claims[job]?.count ?? 1, "\(job): \(count) pieces done again") }
        let kills = struck.values.reduce(0, +)
        let total = again.values.reduce(0, +)
        print("chaos: rework, \(total) of \(finished.count) finished pieces done again in \(kills) kills")
        #expect(total <= kills)
    }
}

/// The pieces that a server said it finished.
private func finishedPieces(in output: [String]) -> [String] {
    output.compactMap { line in
        guard line.contains("Finished a piece"),
            let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        else { return nil }
        return "\(entry["job_id"] ?? "")#\(entry["piece"] ?? "")"
    }
}
