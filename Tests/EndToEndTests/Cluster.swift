import Foundation
import ScriberrTestSupport
import Testing

/// Two API nodes without workers and three workers, on one PostgreSQL and one folder of recordings.
struct Cluster {
    /// Whether the server for PostgreSQL tests is there, without which no cluster can be made.
    static let isPossible = TestPostgres.address != nil
    /// Whether what takes minutes is asked for: `make chaos-cluster`.
    static let isThorough = isPossible && ProcessInfo.processInfo.environment["CLUSTER_KILLS"] != nil

    let folder: String
    let postgres: PostgresServer
    let url: String
    private(set) var nodes: [ServerProcess] = []
    private(set) var clients: [APIClient] = []
    private(set) var workers: [ServerProcess] = []
    private let extra: [String: String]

    /// Starts everything. PostgreSQL listens on `address` too when one is given.
    init(
        folder: String,
        workers count: Int = 3,
        environment: [String: String] = [:],
        listeningAlsoOn address: String? = nil
    ) async throws {
        self.folder = folder
        extra = environment
        postgres = PostgresServer(folder: folder + "/postgres", listeningAlsoOn: address)
        url = try postgres.start()
        nodes = (0..<2).map { Self.process(folder, url, "node\($0)", ["serve", "--no-workers"], environment) }
        clients = [try await APIClient.registered(at: nodes[0].start()), try await APIClient.signedIn(at: nodes[1].start())]
        for number in 0..<count { workers.append(try startWorker(number)) }
    }

    private static func process(
        _ folder: String,
        _ url: String,
        _ name: String,
        _ arguments: [String],
        _ extra: [String: String],
        launcher: [String] = [],
        program: [String]? = nil
    ) -> ServerProcess {
        let environment = [
            "DATABASE_URL": url, "UPLOAD_DIR": folder + "/uploads", "TRANSCRIPTS_DIR": "\(folder)/\(name)-transcripts",
            "STORAGE_CACHE_DIR": "\(folder)/\(name)-cache",
            // Tokens of one node are good at the other.
            "JWT_SECRET": "one secret for every node of the cluster", "TRANSCRIPTION_LEASE_TIMEOUT": "8s",
            "TRANSCRIPTION_MAX_ATTEMPTS": "100", "TRANSCRIPTION_CRASH_LIMIT": "100", "LOG_LEVEL": "info",
        ]
        return ServerProcess(
            folder: folder,
            environment: environment.merging(extra) { $1 },
            arguments: arguments,
            launcher: launcher,
            program: program
        )
    }

    /// A process of the next release, not started: `serve` or `worker`.
    func makeSuccessor(_ name: String, _ role: String) -> ServerProcess {
        let environment = extra.merging(["SCRIBERR_NEXT_RELEASE": role]) { $1 }
        return Self.process(folder, url, name, [], environment, program: NextRelease.program)
    }

    /// A node of this release, not started.
    func makeNode(_ name: String) -> ServerProcess { Self.process(folder, url, name, ["serve", "--no-workers"], extra) }

    private func startWorker(_ number: Int) throws -> ServerProcess {
        let worker = Self.process(folder, url, "worker\(number)", ["worker"], extra)
        try worker.spawn()
        return worker
    }

    /// Starts one more worker, which reaches the database at another address when one is given, by a launcher when one is given.
    mutating func addWorker(at address: String? = nil, launcher: [String] = []) throws -> ServerProcess {
        let worker = Self.process(folder, address ?? url, "worker\(workers.count)", ["worker"], extra, launcher: launcher)
        try worker.spawn()
        workers.append(worker)
        return worker
    }

    /// Kills a worker and starts another in its place.
    mutating func replaceWorker(_ number: Int, _ signal: Int32 = SIGKILL) async throws {
        workers[number].signal(signal)
        let status = await workers[number].waitForEnd()
        if signal == SIGTERM {
            // One that had not even begun is ended by the system.
            let hadBegun = !workers[number].output.isEmpty
            #expect(status == 0 || !hadBegun && status == SIGTERM, "a worker that was asked to stop ended with \(status)")
        }
        workers[number] = try startWorker(number)
    }

    /// Kills an API node and starts another in its place.
    mutating func replaceNode(_ number: Int) async throws {
        nodes[number].signal(SIGKILL)
        _ = await nodes[number].waitForEnd()
        nodes[number] = Self.process(folder, url, "node\(number)", ["serve", "--no-workers"], extra)
        clients[number] = try await APIClient.signedIn(at: nodes[number].start())
    }

    /// Ends everything.
    func end() async {
        for process in nodes + workers { process.signal(SIGTERM) }
        for process in nodes + workers { #expect(await process.waitForEnd() == 0, "\(process.output.suffix(5))") }
        try? postgres.kill()
    }
}
