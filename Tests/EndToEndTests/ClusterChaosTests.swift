import Foundation
import ScriberrTestSupport
import Synchronization
import Testing

/// Real audio on two API nodes and three workers while workers, nodes and PostgreSQL are killed, connections cut, and the bucket is
/// busy and slow.
///
/// `CLUSTER_KILLS` sets how many strikes (4 in the normal run, `make chaos-cluster N=100` for more), `CHAOS_SEED` which ones.
@Suite(.serialized, .enabled(if: Cluster.isPossible, "tools/run-tests starts PostgreSQL."))
struct ClusterChaosTests {
    @Test(.timeLimit(.minutes(120)))
    func `nothing is lost and nothing done twice, whatever part of the cluster is killed`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let strikes = environment["CLUSTER_KILLS"].flatMap(Int.init) ?? 4
        let seed = environment["CHAOS_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...1_000_000)
        print("chaos: cluster, \(strikes) strikes, seed \(seed)")
        try await withTemporaryFolder { folder in
            var storm = try await ClusterStorm(folder: folder, seed: seed)
            try await storm.run(strikes)
        }
    }
}

/// Where clients find the nodes of the moment.
private final class Directory: Sendable {
    private let clients: Mutex<[APIClient]>
    private let over = Mutex(false)

    /// Whether no more work is to be brought.
    var isOver: Bool { over.withLock { $0 } }
    func end() { over.withLock { $0 = true } }

    init(_ clients: [APIClient]) { self.clients = Mutex(clients) }

    func update(_ new: [APIClient]) { clients.withLock { $0 = new } }
    subscript(_ number: Int) -> APIClient { clients.withLock { $0[number % $0.count] } }
}

private struct ClusterStorm {
    private let folder: String
    private var random: SeededGenerator
    private var cluster: Cluster
    private let directory: Directory
    private var struck: [String: Int] = [:]

    init(folder: String, seed: UInt64) async throws {
        self.folder = folder
        random = SeededGenerator(seed: seed)
        let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
        try FileManager.default.copyItem(atPath: welcome, toPath: folder + "/short.wav")
        try repeatAudio(welcome, times: 4, to: folder + "/middle.wav")
        cluster = try await Cluster(folder: folder, environment: BucketServer.environment ?? [:])
        directory = Directory(cluster.clients)
    }

    mutating func run(_ strikes: Int) async throws {
        let follower = Follower(directory: directory)
        let (directory, folder) = (directory, folder)
        // Ends when the storm is over; canceled with it when it fails.
        let uploads = Task { try await upload(directory, folder) { directory.isOver } }
        let following = Task { await follower.follow() }
        defer { uploads.cancel(); following.cancel() }
        for number in 1...strikes { try await strike(number) }
        try await BucketServer.forgetFaults()
        directory.end()
        let accepted = try await uploads.value
        try await settle()
        let last = try await directory[0].send("POST", "profiles", json: ["name": "the last event"]).json["id"] as? String ?? ""
        follower.stop(at: last)
        // It looks whether it is done when something comes, and the last event may have come before it was told.
        _ = try await directory[1].send("POST", "profiles", json: ["name": "one more"])
        await following.value
        try await check(accepted, follower.events, last)
        await cluster.end()
    }

    private mutating func strike(_ number: Int) async throws {
        // How long the storm waits is what is random about it; nothing is waited for.
        try await Task.sleep(for: .milliseconds(Int.random(in: 300...2_500, using: &random)))
        let kinds = ["worker", "worker", "term", "node", "restart", "crash", "cut"]
        let bucketKinds = BucketServer.environment == nil ? [] : ["busy", "slow", "broken"]
        let kind = (kinds + bucketKinds).randomElement(using: &random) ?? "worker"
        struck[kind, default: 0] += 1
        switch kind {
        case "worker": try await cluster.replaceWorker(Int.random(in: 0..<3, using: &random))
        case "term": try await cluster.replaceWorker(Int.random(in: 0..<3, using: &random), SIGTERM)
        case "node":
            try await cluster.replaceNode(Int.random(in: 0..<2, using: &random))
            directory.update(cluster.clients)
        case "restart":
            try cluster.postgres.stop()
            try cluster.postgres.start()
        case "crash":
            try cluster.postgres.kill()
            try cluster.postgres.start()
        case "busy": try await BucketServer.order(["status": 503, "count": Int.random(in: 3...20, using: &random)])
        case "slow": try await BucketServer.order(["delay": 1.5, "count": Int.random(in: 3...10, using: &random)])
        case "broken": try await BucketServer.order(["cut_after": 1_000, "count": 3, "only": "^GET /"])
        default:
            try TestPostgres.psql(
                cluster.url,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL"
            )
        }
    }

    /// Waits until no job waits or runs.
    private func settle() async throws {
        while true {
            let stats = try await directory[0].send("GET", "admin/queue").json
            if stats["queued"] as? Int == 0, stats["processing"] as? Int == 0 { return }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func check(_ accepted: Set<String>, _ followed: [ServerEvent], _ last: String) async throws {
        let client = directory[1]
        let log = try await client.events("events", headers: ["Last-Event-ID": "0"]) {
            $0.type == "profile.updated" && $0.json["id"] as? String == last
        }
        let end = followed.firstIndex { $0.type == "profile.updated" && $0.json["id"] as? String == last } ?? 0
        let heard = followed.prefix(end + 1).map(\.id)
        #expect(heard == log.map(\.id), "a client that followed all along missed something or got it twice")
        var jobs: Set<String> = []
        for event in log where event.type == "transcription.created" { jobs.insert(event.json["id"] as? String ?? "") }
        #expect(jobs.isSuperset(of: accepted), "lost: \(accepted.subtracting(jobs))")
        let ends = Dictionary(grouping: log.filter(\.isTerminal)) { $0.json["id"] as? String ?? "" }
        for id in jobs {
            #expect(ends[id]?.map(\.type) == ["transcription.completed"], "\(id): \(ends[id]?.map(\.data) ?? [])")
            let attempts = try await client.send("GET", "transcriptions/\(id)/executions").json["items"] as? [[String: Any]] ?? []
            let statuses = attempts.compactMap { $0["status"] as? String }
            #expect(statuses.filter { $0 == "completed" }.count == 1 && !statuses.contains("processing"), "\(id): \(statuses)")
            let transcript = try await client.send("GET", "transcriptions/\(id)/transcript").json
            #expect((transcript["words"] as? [Any])?.isEmpty == false)
        }
        let pieces = log.filter { $0.type == "transcription.segment" }.map { "\($0.json["id"] ?? "")#\($0.json["index"] ?? "")" }
        #expect(Set(pieces).count == pieces.count, "a kept piece was done again")
        print("chaos: cluster, \(accepted.count) accepted, \(jobs.count) jobs, struck \(struck), \(log.count) events followed")
    }
}

/// Brings work to whichever node is there until told to stop. Answers the jobs that were accepted.
private func upload(_ directory: Directory, _ folder: String, until isOver: @Sendable () -> Bool) async throws -> Set<String> {
    var accepted: Set<String> = []
    var number = 0
    while !isOver() || accepted.count < 4 {
        number += 1
        try await Task.sleep(for: .milliseconds(400))
        let client = directory[number]
        // A node that dies under a request, or has no database for too long, has accepted nothing.
        let queued = try? await client.send("GET", "admin/queue").json["queued"] as? Int
        guard let queued, queued < 6 else { continue }
        let name = number % 3 == 0 ? "middle" : "short"
        let answer = try? await client.upload("\(folder)/\(name).wav", to: "transcriptions:submit")
        if let answer, (200...299).contains(answer.status), let id = answer.json["id"] as? String { accepted.insert(id) }
    }
    return accepted
}

/// A client that wants every event, from whichever node gives it.
private final class Follower: Sendable {
    private let directory: Directory
    private let state = Mutex((events: [ServerEvent](), last: String?.none))

    init(directory: Directory) { self.directory = directory }

    var events: [ServerEvent] { state.withLock { $0.events } }

    /// Ends with the event about this profile.
    func stop(at profile: String) { state.withLock { $0.last = profile } }

    private var isDone: Bool {
        state.withLock { state in
            guard let last = state.last else { return false }
            return state.events.contains { $0.type == "profile.updated" && $0.json["id"] as? String == last }
        }
    }

    func follow() async {
        var number = 0
        while !isDone, !Task.isCancelled {
            number += 1
            let place = state.withLock { $0.events.last?.id ?? "0" }
            // A stream that breaks off is asked for again, at the other node.
            _ = try? await directory[number].events("events", headers: ["Last-Event-ID": place]) { event in
                state.withLock { $0.events.append(event) }
                return isDone
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
