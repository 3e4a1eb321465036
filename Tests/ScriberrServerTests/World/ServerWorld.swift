import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import ScriberrCore
import ScriberrEngines
import ScriberrServer
import ScriberrServices
import ScriberrStore
import ScriberrTestStores
import ScriberrTestSupport
import ServiceLifecycle
import Synchronization

/// A server on a real socket over a real database in a folder of its own; only the probe and the models are invented.
struct ServerWorld: Sendable {
    let services: Services
    let database: any Database
    let server: ScriberrServer
    let folder: String
    let port: Int
    let log: LogRecord
    private let group: ServiceGroup

    /// Starts a server, hands it to `body` and stops it, on each database that is asked for; throws when it does not stop in good
    /// order. Recordings lie in `storage`, or in the world's own folder.
    static func run(
        uploadLimitBytes: Int64 = 64 << 20,
        storage: String? = nil,
        configure: (inout ServerOptions) -> Void = { _ in },
        _ body: (ServerWorld) async throws -> Void
    ) async throws {
        for kind in TestDatabase.all {
            try await kind.with { database, signals in
                try await withTemporaryFolder { folder in
                    let services = try services(
                        database,
                        signals,
                        folder,
                        storage: storage ?? folder + "/blobs",
                        uploadLimitBytes: uploadLimitBytes
                    )
                    defer { services.events.close() }
                    try await serve(services, database, folder, configure, body)
                }
            }
        }
    }

    private static func services(
        _ database: any Database,
        _ signals: StoreSignals,
        _ folder: String,
        storage: String,
        uploadLimitBytes: Int64
    ) throws -> Services {
        Services(
            database: database,
            signals: signals,
            blobs: try FolderBlobStore(path: storage),
            staging: try StagingFolder(path: folder + "/partial"),
            probe: InventedProbe(),
            directory: InventedModels(),
            depot: InventedDepot(),
            webhookSender: OutboundSender(policy: OutboundPolicy()),
            secrets: SecretBox(serverSecret: Array("the secret of a test".utf8)),
            logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() },
            uploadLimitBytes: uploadLimitBytes,
            passwordCost: .none
        )
    }

    private static func serve(
        _ services: Services,
        _ database: any Database,
        _ folder: String,
        _ configure: (inout ServerOptions) -> Void,
        _ body: (ServerWorld) async throws -> Void
    ) async throws {
        var options = ServerOptions(tokenSecret: Array("a secret that only this test knows, 32+".utf8))
        options.host = "127.0.0.1"
        options.port = 0
        // What cuts clients off must not do it because the machine has other work; tests of that set limits of their own.
        (options.drainTimeout, options.lingerTimeout) = (.seconds(120), .seconds(120))
        (options.readTimeout, options.writeTimeout) = (.seconds(300), .seconds(300))
        // Nor do comments come between the events that tests count.
        options.heartbeatInterval = .seconds(3_600)
        configure(&options)
        let log = LogRecord()
        let logger = Logger(label: "test") { _ in log.handler() }
        let server = await ScriberrServer(options: options, services: services, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server],
                logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let world = ServerWorld(
                services: services,
                database: database,
                server: server,
                folder: folder,
                port: try await server.port,
                log: log,
                group: group
            )
            do {
                try await body(world)
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Asks the server to stop, as a signal would.
    func stop() async { await group.triggerGracefulShutdown() }
}

/// Takes what starts like a recording for one.
private struct InventedProbe: MediaProbe {
    func probe(path: String) async throws -> ProbedMedia {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(12)
        if bytes.starts(with: Array("RIFF".utf8)) {
            return ProbedMedia(mimeType: "audio/wav", durationSeconds: 2.5, hasVideo: false)
        }
        if bytes.starts(with: Array("MOVIE".utf8)) {
            return ProbedMedia(mimeType: "video/mp4", durationSeconds: 4, hasVideo: true)
        }
        throw ScriberrError(.unsupportedMediaType, "The file is neither audio nor video.")
    }

    func outline(path: String, parts: Int) async throws -> WaveformOutline {
        WaveformOutline(seconds: 2.5, peaks: (0..<parts).flatMap { [-Int8($0 % 100), Int8($0 % 100)] })
    }
}

private struct InventedModels: ModelDirectory {
    func models() async throws -> [ModelListing] {
        [
            ModelListing(
                id: "whisper-base",
                name: "Whisper Base",
                provider: "local",
                installed: true,
                isDefault: true,
                capabilities: ["transcription", "word_timestamps"],
                family: "whisper"
            ),
            ModelListing(
                id: "diarization-default",
                name: "Diarization",
                provider: "local",
                installed: false,
                isDefault: true,
                capabilities: ["diarization"],
                family: "diarization",
                canBeDownloaded: true
            ),
            ModelListing(
                id: "my-speakers",
                name: "My speakers",
                provider: "local",
                installed: true,
                isDefault: false,
                capabilities: ["diarization"],
                family: "diarization"
            ),
            ModelListing(
                card: ModelCard(
                    id: "far/whole",
                    name: "Whole",
                    provider: "far",
                    installed: true,
                    capabilities: ["transcription"],
                    takesParts: false
                ),
                isDefault: false
            ),
        ]
    }
}

/// A disk without models, on which none arrives.
private struct InventedDepot: ModelDepot {
    func fetch(_ id: String, progress: @Sendable (PreparationProgress) async -> Void) async throws {
        await progress(.downloading(received: 1, total: 2))
        throw ScriberrError(.downloadFailed, "The model server does not have this file.", detail: "http://user:canary@mirror")
    }

    func remove(_ id: String) async throws { throw ScriberrError(.notFound, "The model is not installed.") }

    func verify(_ id: String) async throws -> ModelVerification {
        ModelVerification(model: id, files: ["tokens.txt": .good, "encoder.onnx": .changed])
    }
}

/// What was logged, for tests that look for what must not be.
final class LogRecord: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    func handler() -> any LogHandler { Handler(record: self) }

    private struct Handler: LogHandler {
        let record: LogRecord
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            record.lines.withLock { $0.append("\(event.level) \(event.message) \(all)") }
        }
    }
}
