import Foundation
import Logging
import ScriberrCore
import ScriberrEngineWire
import ScriberrEngines
import ScriberrMedia
import ScriberrQueue
import ScriberrServices
import ScriberrStore
import ServiceLifecycle
import UnixSignals

/// What every process that runs jobs is made of: engines, database, recordings and, unless it only serves the API, the queue.
struct ProcessParts {
    let settings: Settings
    let logger: Logger
    let engines: EngineRoom
    let opened: OpenedDatabase
    let recordings: RecordingStore
    /// Nil in a process that leaves the work to others.
    let queue: JobQueue?

    /// Throws ``SettingsError`` or ``ScriberrError`` when something cannot be had.
    init(
        _ settings: Settings,
        role: InstanceRecord.Role,
        hasWorkers: Bool,
        migrations: [Migration] = allMigrations,
        logger: Logger
    ) async throws {
        self.settings = settings
        self.logger = logger
        let leftovers = WorkFolder.removeLeftovers()
        if leftovers > 0 { logger.info("Removed what a killed process left behind", metadata: ["folders": "\(leftovers)"]) }
        engines = try EngineRoom(settings, slots: settings.queue.workers, logger: logger)
        if role == .server {
            let isShared = if case .postgres = settings.database { true } else { false }
            try settings.guests.checkAliases(try await engines.registry.models(), isShared: isShared, logger: logger)
        }
        // Whoever leaves the work to others needs no engine.
        let hasCUDA = hasWorkers ? try await Self.check(engines, settings, logger) : false
        opened = try OpenedDatabase(settings, migrations: migrations, logger: logger)
        try await opened.checkStart()
        let offer = try await Self.offer(engines, settings, hasCUDA: hasCUDA)
        recordings = try await RecordingStore.open(settings.storage, logger: logger)
        queue = hasWorkers ? Self.makeQueue(settings, engines, opened, recordings.blobs, role, offer, logger) : nil
    }

    /// Where recordings lie.
    var blobs: any BlobStore { recordings.blobs }

    /// The parts that stop last, in the order in which they start.
    var services: [any Service] {
        let (database, recordings, engines) = (opened.database, recordings, engines)
        var services: [any Service] = [
            Closer { await database.close() }, Closer { await recordings.close() }, Closer { await engines.close() },
        ]
        if let queue { services += [QueueService(queue: queue), NoticeRelay(signals: opened.signals, queue: queue)] }
        return services
    }

    /// The models that jobs may ask for: with a shared database those of every worker.
    var directory: any ModelDirectory {
        let own = EngineDirectory(registry: engines.registry)
        return opened.isShared ? SharedDirectory(own: own, database: opened.database, deadAfter: Self.sharedDeadAfter) : own
    }

    /// How workers choose.
    var linePolicy: LinePolicy {
        var line = LinePolicy(policy: settings.queue.policy, maxRunningPerOwner: settings.queue.maxRunningPerUser)
        if opened.isShared { line.deadAfter = Self.sharedDeadAfter }
        return line
    }

    /// Runs the services until a signal asks the process to stop.
    func run(_ services: [any Service]) async throws {
        // At its debug level the group describes its services with all that they hold, secrets too.
        var logger = logger
        logger.logLevel = max(logger.logLevel, .info)
        var configuration = ServiceGroupConfiguration(
            // By themselves services are called what they hold, which goes into the log, keys and secrets included.
            services: services.map {
                // When one fails, the others end in order: none loses its database while it works.
                .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: "\(type(of: $0))")
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = settings.shutdownTimeout
        configuration.maximumCancellationDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
        opened.holdUntilHere()
    }

    private static func makeQueue(
        _ settings: Settings,
        _ engines: EngineRoom,
        _ opened: OpenedDatabase,
        _ blobs: any BlobStore,
        _ role: InstanceRecord.Role,
        _ offer: WorkerOffer,
        _ logger: Logger
    ) -> JobQueue {
        let instance = InstanceRecord(
            id: .make(),
            host: ProcessInfo.processInfo.hostName,
            processID: Int(ProcessInfo.processInfo.processIdentifier),
            version: Version.current,
            exclusiveSeat: opened.seat,
            slots: settings.queue.workers,
            role: role,
            offer: offer,
            startedAt: .now
        )
        var configuration = QueueConfiguration(settings)
        // One that has its database for itself takes every job: nobody else could.
        configuration.offer = opened.isShared ? offer : nil
        // A database that is away for a minute must not make every process take every other for dead.
        if opened.isShared { configuration.deadAfter = min(settings.queue.leaseTimeout, sharedDeadAfter) }
        return JobQueue(
            configuration: configuration,
            instance: instance,
            store: SQLJobStore(database: opened.database),
            handler: TranscriptionPipeline(
                recordings: StoredRecordings(database: opened.database, blobs: blobs),
                engines: engines.registry
            ),
            logger: logger
        )
    }

    /// After how long without a sign of life a process on a shared database is taken for dead.
    static let sharedDeadAfter = Duration.seconds(90)

    /// What this machine can do. One that may download has every model that can be had.
    private static func offer(_ engines: EngineRoom, _ settings: Settings, hasCUDA: Bool) async throws -> WorkerOffer {
        let models = settings.engine.autoDownload ? nil : try await engines.registry.models().filter(\.installed).map(\.id)
        return WorkerOffer(models: models, hasCUDA: hasCUDA)
    }

    /// Asks the engine host what it can do, and answers whether it has CUDA. Only CUDA that was asked for and is missing stops
    /// the start: without its engine a server still serves what it has.
    private static func check(_ engines: EngineRoom, _ settings: Settings, _ logger: Logger) async throws -> Bool {
        var devices: Set<String> = []
        do {
            for report in try await engines.local.check() {
                devices.formUnion(report.devices)
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
        return devices.contains("cuda") && settings.engine.device != .cpu
    }
}
