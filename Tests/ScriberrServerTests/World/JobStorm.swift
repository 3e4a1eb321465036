import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Synchronization
import Testing

/// Clients that make, cancel and delete jobs, four workers that end them as chance will have it, and a listener.
final class JobStorm: Sendable {
    private let world: ServerWorld
    private let client: TestClient
    private let count: Int
    private let seed = UInt64.random(in: 1...1_000_000)
    private let deleted = Mutex<Set<String>>([])
    private let isOver = Mutex(false)

    init(world: ServerWorld, client: TestClient, jobs: Int) {
        (self.world, self.client, count) = (world, client, jobs)
    }

    func rage() async throws {
        print("job storm: seed \(seed)")
        let file = try await client.upload()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.listen() }
            for number in 0..<4 { group.addTask { try await self.work(SeededGenerator(seed: self.seed &+ UInt64(number))) } }
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for number in 0..<8 {
                    clients.addTask { try await self.ask(file, SeededGenerator(seed: self.seed &+ 100 &+ UInt64(number))) }
                }
                try await clients.waitForAll()
            }
            self.isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
    }

    private func ask(_ file: String, _ generator: SeededGenerator) async throws {
        var random = generator
        for _ in 0..<(count / 8) {
            let made = try await client.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#)
            let path = "/api/v1/transcriptions/\(made["id"] ?? "")"
            #expect(made.status == 202)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: #expect([200, 409].contains(try await client.send("POST", path + ":cancel").status))
            case 1:
                deleted.withLock { _ = $0.insert(made["id"] ?? "") }
                #expect(try await client.send("DELETE", path).status == 204)
            default: break
            }
        }
    }

    private func work(_ generator: SeededGenerator) async throws {
        var random = generator
        let store = SQLJobStore(database: world.database)
        while true {
            let mayEnd = isOver.withLock { $0 }
            let jobs = try await world.claimAny(3)
            if jobs.isEmpty, mayEnd { return }
            // Leaves the processor to those who make work.
            if jobs.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            for claimed in jobs {
                let fenced = try await store.progress(
                    claimed.lease,
                    ProgressReport(stage: .transcribing, progress: 0.5),
                    at: .now
                )
                if fenced == .appliedButCancelRequested {
                    _ = try await store.cancel(claimed.lease, at: .now)
                } else if Int.random(in: 0..<4, using: &random) == 0 {
                    let failure = FailureReport(code: .engineFailed, message: "It failed.")
                    _ = try await store.fail(claimed.lease, failure, retryAt: nil, at: .now)
                } else {
                    let transcript = Array(#"{"text":"done","segments":[],"words":[],"engine":{}}"#.utf8)
                    _ = try await store.complete(claimed.lease, JobResult(transcript: transcript, text: "done"), at: .now)
                }
            }
        }
    }

    /// Reads each transcript as soon as its job is said to be complete.
    private func listen() async throws {
        let types = "transcription.completed,profile.updated"
        try await client.events("/api/v1/events?types=\(types)") { stream async throws in
            async let last: Void = sendLastEvent()
            var found = 0
            while let block = try await stream.next(), !block.contains("event: profile.updated") {
                guard block.contains("event: transcription.completed"), let id = block.firstMatch(of: /tr_[0-9a-f]{32}/)?.output
                else { continue }
                let answer = try await client.get("/api/v1/transcriptions/\(id)/transcript")
                let isGone = deleted.withLock { $0.contains(String(id)) }
                #expect(answer["status"] == "completed" && answer["text"] == "done" || isGone && answer.status == 404)
                found += 1
            }
            try await last
            #expect(found > count / 4)
        }
    }

    /// Makes an event behind all others, once every job has ended.
    private func sendLastEvent() async throws {
        while true {
            let queue = try await client.get("/api/v1/admin/queue")
            let open = (queue.value("queued") as? Int ?? 0) + (queue.value("processing") as? Int ?? 0)
            if isOver.withLock({ $0 }), open == 0 { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        _ = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"the last event"}"#)
    }

    /// Holds the event log and the attempts against the rows.
    func check() async throws {
        let (events, rows, open) = try await world.database.read { db in
            let ends: [EventType] = [.transcriptionCompleted, .transcriptionFailed, .transcriptionCanceled]
            return (
                try EventLog.events(db, after: 0, types: ends, limit: 100_000).map { "\($0.subject) \($0.type.rawValue)" },
                try db.query("SELECT id, status FROM transcriptions", []).map { (try $0.text("id"), try $0.text("status")) },
                try db.query("SELECT count(*) AS n FROM executions WHERE status = 'processing'", []).first?.int("n")
            )
        }
        #expect(Set(events).count == events.count)
        #expect(Set(events.map { $0.prefix { $0 != " " } }).count == events.count, "a job has ended twice")
        let known = Set(events)
        for (id, status) in rows { #expect(known.contains("\(id) transcription.\(status)"), "\(id) \(status)") }
        #expect(rows.count + deleted.withLock { $0.count } == count && open == 0)
    }
}
