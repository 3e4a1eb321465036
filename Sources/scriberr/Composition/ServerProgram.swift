import Foundation
import Logging
import ScriberrCore
import ScriberrQueue
import ScriberrServer
import ScriberrServices
import ScriberrStore
import ServiceLifecycle

/// The whole server, put together: the one place where concrete parts meet.
///
/// Parts start in the order database, engines, queue, HTTP, and stop in the reverse: streams and connections end, running
/// jobs go back to the queue (they are told at once), engine processes end, the database closes last.
enum ServerProgram {
    /// Runs until a signal asks it to stop. `migrations` are the tables' history as this program knows it. Throws
    /// ``SettingsError`` or ``ScriberrError`` when it cannot start.
    static func run(
        _ settings: Settings,
        hasWorkers: Bool = true,
        migrations: [Migration] = allMigrations,
        logger: Logger
    ) async throws {
        Memory.giveBackEarly()
        try settings.checkPlaces(isServer: true)
        if let problem = ListenCheck.problem(host: settings.host, port: settings.port) {
            throw SettingsError(problems: [problem])
        }
        if let program = settings.imports.siteProgram, !FileManager.default.fileExists(atPath: program) {
            logger.warning("There is no program at YT_DLP_PATH; with one there, it is used from the next start on")
        }
        let secret = try TokenSecret.load(given: settings.tokenSecret, file: settings.tokenSecretFile)
        let parts = try await ProcessParts(
            settings,
            role: .server,
            hasWorkers: hasWorkers,
            migrations: migrations,
            logger: logger
        )
        let (database, signals, queue) = (parts.opened.database, parts.opened.signals, parts.queue)
        let presence: [any Service] =
            parts.opened.isShared ? [try await NodePresence(database, secret: secret, logger: logger)] : []
        let services = Services(
            database: database,
            signals: signals,
            blobs: parts.blobs,
            staging: try StagingFolder(path: settings.uploadStaging.folder),
            probe: LibraryProbe(media: parts.engines.media),
            directory: parts.directory,
            depot: parts.engines.store,
            webhookSender: OutboundSender(policy: settings.outbound),
            secrets: SecretBox(serverSecret: Array(secret.utf8), earlier: settings.earlierTokenSecrets),
            webhookPolicy: settings.webhooks.policy,
            logger: logger,
            uploadLimitBytes: settings.uploadLimitBytes,
            uploadExpiry: settings.uploadStaging.expiry,
            line: parts.linePolicy,
            imports: ImportPolicy(settings),
            retention: Retention(events: settings.eventRetention, answers: settings.idempotencyRetention),
            maxAttempts: settings.queue.maxAttempts,
            sharesLogins: parts.opened.isShared,
            downloads: settings.redirectsDownloads ? parts.recordings.downloads : nil,
            runningHere: { queue?.statistics.running.count ?? 0 }
        )
        try await services.housekeeping.atStart()
        let lost = try await services.webhooks.closeSecrets()
        if lost > 0 {
            logger.warning("Webhooks have secrets of another JWT_SECRET; rotate them", metadata: ["count": "\(lost)"])
        }
        // The lock on the database lets no other server be at it.
        if case .sqlite = settings.database {
            try await services.imports.takeOver()
            try await services.idempotency.takeOver()
        }
        let archive = TranscriptArchive(database: database, signals: signals, path: settings.transcriptsFolder)
        let server = try await ScriberrServer(
            options: ServerOptions(settings, secret: secret),
            services: services,
            logger: logger
        )
        try await parts.run(
            parts.services + presence + [
                PullKeeper(pulls: services.modelPulls, logger: logger),
                Housekeeper(housekeeping: services.housekeeping, logger: logger),
                CourierService(courier: services.courier),
                ArchiveKeeper(archive: archive, logger: logger),
                SearchKeeper(indexer: services.indexer, logger: logger),
                Importer(imports: services.imports, logger: logger),
                Forgetter(retention: services.retention, logger: logger),
                ReadinessReport(server: server, host: settings.host, logger: logger),
                server,
            ] + settings.folders.services(services, logger) + (queue.map { [QueueService.Herald(queue: $0)] } ?? [])
        )
        logger.info("Server stopped")
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
    init(_ settings: Settings, secret: String) throws {
        self.init(tokenSecret: [UInt8](secret.utf8))
        host = settings.host
        port = settings.port
        allowedOrigins = Set(settings.allowedOrigins)
        modelAliases = ModelAliases(changes: settings.guests.modelAliases)
        admitsLocalGuests = settings.guests.needNoKeyHere
        secureCookies = settings.secureCookies
        trustedProxies = settings.trustedProxies
        webFolder = settings.webFolder
        connectionsMax = min(connectionsMax, try OpenFiles.connectionsMax())
        if settings.redirectsDownloads, case .bucket(let bucket) = settings.storage { mediaOrigin = bucket.location.origin }
        // What stops behind the server needs time as well.
        drainTimeout = min(drainTimeout, settings.shutdownTimeout / 4)
    }
}
