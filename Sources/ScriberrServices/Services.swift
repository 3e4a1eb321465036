package import Logging
package import ScriberrCore
package import ScriberrStore

/// Every service of the product, made from one set of parts.
package struct Services: Sendable {
    package let accounts: AccountService
    package let apiKeys: APIKeyService
    package let models: ModelService
    package let modelPulls: ModelPulls
    package let profiles: ProfileService
    package let settings: SettingsService
    package let library: LibraryService
    package let uploads: UploadService
    package let webhooks: WebhookService
    package let courier: WebhookCourier
    package let imports: ImportService
    package let retention: RetentionService
    package let waveforms: WaveformService
    package let transcriptions: TranscriptionService
    package let recordings: RecordingService
    package let idempotency: IdempotencyService
    package let events: EventFeed
    package let housekeeping: Housekeeping
    package let indexer: TranscriptIndexer

    /// `signals` are those of `database`. `runningHere` tells how many jobs run in this process. With `sharesLogins` failed logins
    /// are counted in the database, with `downloads` clients are sent there for recordings.
    package init(
        database: any Database,
        signals: StoreSignals,
        blobs: any BlobStore,
        staging: StagingFolder,
        probe: any MediaProbe,
        directory: any ModelDirectory,
        depot: any ModelDepot,
        webhookSender: any WebhookSender,
        secrets: SecretBox,
        webhookPolicy: WebhookPolicy = WebhookPolicy(),
        logger: Logger,
        clock: any WallClock = SystemWallClock(),
        uploadLimitBytes: Int64 = 50 << 30,
        uploadExpiry: Duration = .seconds(86_400),
        passwordCost: PasswordCost = .usual,
        line: LinePolicy = LinePolicy(),
        imports policy: ImportPolicy = ImportPolicy(),
        retention: Retention = Retention(),
        maxAttempts: Int = 3,
        sharesLogins: Bool = false,
        downloads: (any DirectDownloads)? = nil,
        runningHere: @escaping @Sendable () -> Int = { 0 }
    ) {
        accounts = AccountService(
            database: database,
            clock: clock,
            passwordCost: passwordCost,
            throttle: sharesLogins ? SharedLoginThrottle(database: database) : OwnLoginThrottle()
        )
        apiKeys = APIKeyService(database: database, clock: clock)
        modelPulls = ModelPulls(database: database, depot: depot, clock: clock)
        models = ModelService(directory: directory, database: database, depot: depot, pulls: modelPulls)
        profiles = ProfileService(database: database, models: models, clock: clock)
        settings = SettingsService(database: database, clock: clock)
        library = LibraryService(
            database: database,
            blobs: blobs,
            probe: probe,
            clock: clock,
            uploadLimitBytes: uploadLimitBytes,
            maxAttempts: maxAttempts,
            downloads: downloads
        )
        uploads = UploadService(
            database: database,
            staging: staging,
            library: library,
            clock: clock,
            expiry: uploadExpiry
        )
        courier = WebhookCourier(
            database: database,
            signals: signals,
            clock: clock,
            policy: webhookPolicy,
            sender: webhookSender,
            secrets: secrets,
            logger: logger
        )
        webhooks = WebhookService(
            database: database,
            clock: clock,
            policy: webhookPolicy,
            sender: webhookSender,
            secrets: secrets,
            courier: courier
        )
        waveforms = WaveformService(database: database, blobs: blobs, probe: probe)
        transcriptions = TranscriptionService(
            database: database,
            library: library,
            models: models,
            clock: clock,
            line: line,
            secrets: secrets,
            checkCallback: { try webhookSender.check(url: $0) },
            maxAttempts: maxAttempts,
            runningHere: runningHere
        )
        self.retention = RetentionService(database: database, signals: signals, cleaner: library.cleaner, clock: clock)
        imports = ImportService(database: database, library: library, clock: clock, policy: policy)
        recordings = RecordingService(database: database, library: library, transcriptions: transcriptions, clock: clock)
        idempotency = IdempotencyService(database: database, clock: clock, answerLifetime: retention.answers)
        events = EventFeed(database: database, signals: signals)
        indexer = TranscriptIndexer(database: database, signals: signals)
        housekeeping = Housekeeping(
            database: database,
            blobs: blobs,
            cleaner: library.cleaner,
            uploads: uploads,
            webhooks: webhooks,
            idempotency: idempotency,
            recordings: recordings,
            logins: accounts.throttle,
            retention: retention,
            clock: clock
        )
    }
}
