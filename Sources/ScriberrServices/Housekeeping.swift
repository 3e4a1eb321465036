import ScriberrCore
import ScriberrStore

/// How long things are remembered.
package struct Retention: Sendable, Hashable {
    /// How far back the event log can be replayed.
    package var events: Duration
    /// For how long an idempotency key gets its first answer again.
    package var answers: Duration

    package init(events: Duration = .seconds(7 * 86_400), answers: Duration = .seconds(86_400)) {
        self.events = events
        self.answers = answers
    }
}

/// What has to be tidied up now and then, so that nothing grows without bound.
package struct Housekeeping: Sendable {
    private let database: any Database
    private let blobs: any BlobStore
    private let cleaner: BlobCleaner
    private let uploads: UploadService
    private let webhooks: WebhookService
    private let idempotency: IdempotencyService
    private let recordings: RecordingService
    private let logins: any LoginGate
    private let clock: any WallClock
    private static let eventsKept = 200_000
    private let retention: Retention
    private static let batch = 1_000

    init(
        database: any Database,
        blobs: any BlobStore,
        cleaner: BlobCleaner,
        uploads: UploadService,
        webhooks: WebhookService,
        idempotency: IdempotencyService,
        recordings: RecordingService,
        logins: any LoginGate,
        retention: Retention,
        clock: any WallClock
    ) {
        self.retention = retention
        self.database = database
        self.blobs = blobs
        self.cleaner = cleaner
        self.uploads = uploads
        self.webhooks = webhooks
        self.idempotency = idempotency
        self.recordings = recordings
        self.logins = logins
        self.clock = clock
    }

    /// To be called once at start, before the first upload: removes what unfinished uploads of dead processes left.
    package func atStart() async throws {
        try await blobs.removeLeftovers()
        _ = try await cleaner.sweep()
        _ = try await uploads.sweep()
    }

    /// To be called every hour or so: old events, old answers and unclaimed blobs go. Each step is small and gives way to
    /// other writes. Answers how many rows and blobs went.
    @discardableResult
    package func run() async throws -> Int {
        var total = try await cleaner.sweep() + uploads.sweep()
        var some = Self.batch
        while some >= Self.batch {
            some = try await idempotency.purge()
            total += some
        }
        total += try await webhooks.purge()
        total += try await recordings.purge()
        total += try await logins.purge(at: clock.now())
        try await database.write { try WaveformSQL.prune($0) }
        let before = clock.now() - retention.events
        some = Self.batch
        while some >= Self.batch {
            some = try await database.write { db in
                try EventLog.prune(db, before: before, keep: Self.eventsKept, limit: Self.batch)
            }
            total += some
        }
        return total
    }
}
