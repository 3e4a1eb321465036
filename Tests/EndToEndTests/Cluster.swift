import Foundation
import ScriberrTestSupport
import Testing

/// Two API nodes without workers and three workers, on one PostgreSQL and one folder of recordings.
struct Cluster {
    /// Whether the tests of clusters are asked for, and PostgreSQL is there.
    static let isWanted = ProcessInfo.processInfo.environment["CLUSTER_KILLS"] != nil && TestPostgres.address != nil

    let folder: String
    let postgres: PostgresServer
    let url: String
    private(set) var nodes: [ServerProcess] = []
    private(set) var clients: [APIClient] = []
    private(set) var workers: [ServerProcess] = []
    private let extra: [String: String]

    init(folder: String, workers count: Int = 3, environment: [String: String] = [:]) async throws {
        self.folder = folder
        extra = environment
        postgres = PostgresServer(folder: folder + "/postgres")
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
        _ extra: [String: String]
    ) -> ServerProcess {
        let environment = [
            "DATABASE_URL": url, "UPLOAD_DIR": folder + "/uploads", "TRANSCRIPTS_DIR": "\(folder)/\(name)-transcripts",
            // Tokens of one node are good at the other.
            "JWT_SECRET": "one secret for every node of the cluster", "TRANSCRIPTION_LEASE_TIMEOUT": "8s",
            "TRANSCRIPTION_MAX_ATTEMPTS": "100", "TRANSCRIPTION_CRASH_LIMIT": "100", "LOG_LEVEL": "info",
        ]
        return ServerProcess(folder: folder, environment: environment.merging(extra) { $1 }, arguments: arguments)
    }

    private func startWorker(_ number: Int) throws -> ServerProcess {
        let worker = Self.process(folder, url, "worker\(number)", ["worker"], extra)
        try worker.spawn()
        return worker
    }

    /// Starts one more worker, which reaches the database at another address when one is given.
    mutating func addWorker(at address: String? = nil) throws -> ServerProcess {
        let worker = Self.process(folder, address ?? url, "worker\(workers.count)", ["worker"], extra)
        try worker.spawn()
        workers.append(worker)
        return worker
    }

    /// Kills a worker and starts another in its place.
    mutating func replaceWorker(_ number: Int, _ signal: Int32 = SIGKILL) async throws {
        workers[number].signal(signal)
        let status = await workers[number].waitForEnd()
        if signal == SIGTERM { #expect(status == 0, "a worker that was asked to stop ended with \(status)") }
        workers[number] = try startWorker(number)
    }

    /// Kills an API node and starts another in its place.
    mutating func replaceNode(_ number: Int) async throws {
        nodes[number].signal(SIGKILL)
        _ = await nodes[number].waitForEnd()
        nodes[number] = Self.process(folder, url, "node\(number)", ["serve", "--no-workers"], extra)
        clients[number] = try await APIClient.signedIn(at: nodes[number].start())
    }

    /// A cable to the database that can be pulled.
    func cable() throws -> Cable { try Cable(to: url) }

    /// Ends everything.
    func end() async {
        for process in nodes + workers { process.signal(SIGTERM) }
        for process in nodes + workers { #expect(await process.waitForEnd() == 0, "\(process.output.suffix(5))") }
        try? postgres.kill()
    }
}

/// Forwards connections to PostgreSQL until it is pulled; then it swallows everything without closing anything.
final class Cable: Sendable {
    /// The URL of the database at the other end.
    let url: String
    private let number: Int32
    private let process: Process

    init(to url: String) throws {
        let parts = try #require(URLComponents(string: url))
        process = Process()
        process.executableURL = ServerProcess.repository.appendingPathComponent("tools/test-proxy")
        process.arguments = [parts.host ?? "", String(parts.port ?? 5_432)]
        let output = Pipe()
        process.standardOutput = output
        try launch(process)
        let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        var own = parts
        own.port = Int(port.trimmingCharacters(in: .whitespacesAndNewlines))
        self.url = try #require(own.string)
        number = process.processIdentifier
    }

    deinit { kill(number, SIGKILL) }

    func pull() { kill(number, SIGUSR1) }
    func plugIn() { kill(number, SIGUSR2) }
}
