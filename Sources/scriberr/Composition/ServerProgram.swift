import Foundation
import Logging
import ScriberrCore
import ScriberrEngineWire
import ScriberrEngines
import ScriberrQueue
import ScriberrServer
import ScriberrServices
import ScriberrStore
import ServiceLifecycle
import UnixSignals

/// The whole server, put together: the one place where concrete parts meet.
///
/// Parts start in the order database, engines, queue, HTTP, and stop in the reverse: streams and connections end, running
/// jobs go back to the queue, engine processes end, the database closes last.
enum ServerProgram {
    /// Runs until a signal asks it to stop. Throws ``SettingsError`` or ``ScriberrError`` when it cannot start.
    static func run(_ settings: Settings, logger: Logger) async throws {
        let secret = try TokenSecret.load(given: settings.tokenSecret, file: settings.tokenSecretFile)
        let databasePath = settings.database.path
        let uploads = settings.storage.path
        for folder in [(databasePath as NSString).deletingLastPathComponent, uploads]
        where !folder.isEmpty {
            try makeFolder(folder)
        }
        let lock = try DatabaseLock(forDatabaseAt: databasePath)
        let engines = try EngineRoom(settings, slots: settings.queue.workers, logger: logger)
        try await check(engines, settings, logger)

        let database = try SQLiteDatabase(path: databasePath) { warning in
            logger.warning("The database needs attention", metadata: ["warning": "\(warning)"])
        }
        let blobs = try FolderBlobStore(path: uploads)
        let queue = makeQueue(settings, engines, database, blobs, databasePath, logger)
        let services = Services(
            database: database,
            signals: database.signals,
            blobs: blobs,
            staging: try StagingFolder(path: settings.uploadStaging.folder),
            probe: LibraryProbe(media: engines.media),
            directory: EngineDirectory(registry: engines.registry),
            depot: engines.store,
            webhookSender: OutboundSender(policy: settings.outbound),
            webhookPolicy: settings.webhooks.policy,
            logger: logger,
            uploadLimitBytes: settings.uploadLimitBytes,
            uploadExpiry: settings.uploadStaging.expiry,
            line: LinePolicy(policy: settings.queue.policy, maxRunningPerOwner: settings.queue.maxRunningPerUser),
            imports: ImportPolicy(settings),
            retention: Retention(events: settings.eventRetention, answers: settings.idempotencyRetention),
            maxAttempts: settings.queue.maxAttempts,
            runningHere: { queue.statistics.running.count }
        )
        try await services.housekeeping.atStart()
        // The lock on the database lets no other server be at it.
        if case .sqlite = settings.database { try await services.imports.takeOver() }
        let archive = TranscriptArchive(database: database, signals: database.signals, path: settings.transcriptsFolder)
        let server = await ScriberrServer(options: ServerOptions(settings, secret: secret), services: services, logger: logger)

        let group = ServiceGroup(
            configuration: configuration(
                settings,
                logger,
                [
                    Closer { await database.close() },
                    Closer { await engines.close() },
                    PullKeeper(pulls: services.modelPulls, logger: logger),
                    Housekeeper(housekeeping: services.housekeeping, logger: logger),
                    CourierService(courier: services.courier),
                    ArchiveKeeper(archive: archive, logger: logger),
                    SearchKeeper(indexer: services.indexer, logger: logger),
                    Importer(imports: services.imports, logger: logger),
                    Forgetter(retention: services.retention, logger: logger),
                    queue,
                    NoticeRelay(signals: database.signals, queue: queue),
                    ReadinessReport(server: server, host: settings.host, logger: logger),
                    server,
                ] + settings.folders.services(services, logger)
            )
        )
        try await group.run()
        logger.info("Server stopped")
        withExtendedLifetime(lock) {}
    }

    private static func makeQueue(
        _ settings: Settings,
        _ engines: EngineRoom,
        _ database: SQLiteDatabase,
        _ blobs: any BlobStore,
        _ databasePath: String,
        _ logger: Logger
    ) -> JobQueue {
        let host = ProcessInfo.processInfo.hostName
        let instance = InstanceRecord(
            id: .make(),
            host: host,
            processID: Int(ProcessInfo.processInfo.processIdentifier),
            version: Version.current,
            // The database lock lets one server at a time sit here.
            exclusiveSeat: "\(host):\(URL(fileURLWithPath: databasePath).standardizedFileURL.path)",
            slots: settings.queue.workers,
            startedAt: .now
        )
        return JobQueue(
            configuration: QueueConfiguration(settings),
            instance: instance,
            store: SQLJobStore(database: database),
            handler: TranscriptionPipeline(
                recordings: StoredRecordings(database: database, blobs: blobs),
                engines: engines.registry
            ),
            logger: logger
        )
    }

    /// Asks the engine host what it can do. Only CUDA that was asked for and is missing stops the start: without its engine a
    /// server still serves what it has.
    private static func check(_ engines: EngineRoom, _ settings: Settings, _ logger: Logger) async throws {
        do {
            let reports = try await engines.local.check()
            for report in reports {
                let facts: Logger.Metadata = [
                    "engine": "\(report.name)", "version": "\(report.version ?? "")", "problem": "\(report.problem ?? "")",
                ]
                logger.log(level: report.problem == nil ? .info : .warning, "Engine found", metadata: facts)
            }
        } catch let error as ScriberrError {
            guard settings.engine.device != .cuda else {
                throw SettingsError(problems: ["SPEECH_ENGINE_PROVIDER: \(error.message)"])
            }
            logger.error("The local engine cannot run", metadata: ["code": "\(error.code.rawValue)", "error": "\(error)"])
        }
        logger.info(
            "Engine provider initialized",
            metadata: [
                "provider_id": "local", "requested_provider": "\(settings.engine.device.rawValue)",
                "cache_dir": "\(settings.engine.cacheFolder)", "threads": .stringConvertible(settings.engine.threads),
                "max_loaded": .stringConvertible(settings.engine.maxLoaded),
                "auto_download": .stringConvertible(settings.engine.autoDownload),
            ]
        )
    }

    private static func configuration(_ settings: Settings, _ logger: Logger, _ services: [any Service])
        -> ServiceGroupConfiguration
    {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = settings.shutdownTimeout
        configuration.maximumCancellationDuration = .seconds(5)
        return configuration
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw SettingsError(problems: [
                "the folder \"\(path)\" cannot be made or written; see DATABASE_PATH and UPLOAD_DIR"
            ])
        }
    }
}

extension QueueConfiguration {
    /// What the environment says about the queue.
    init(_ settings: Settings) {
        self.init(workers: settings.queue.workers, leaseTimeout: settings.queue.leaseTimeout)
        pollInterval = settings.queue.pollInterval
        policy = settings.queue.policy
        maxRunningPerOwner = settings.queue.maxRunningPerUser
        crashLimit = settings.queue.crashLimit
        limits.stall = settings.queue.stallTimeout
        shutdownDeadline = settings.shutdownTimeout
    }
}

extension ServerOptions {
    /// What the environment says about HTTP.
    init(_ settings: Settings, secret: String) {
        self.init(tokenSecret: [UInt8](secret.utf8))
        host = settings.host
        port = settings.port
        allowedOrigins = Set(settings.allowedOrigins)
        modelAliases = ModelAliases(changes: settings.guests.modelAliases)
        admitsLocalGuests = settings.guests.needNoKeyHere
    }
}
