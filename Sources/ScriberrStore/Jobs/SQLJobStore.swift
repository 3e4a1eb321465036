package import ScriberrCore
import Synchronization

/// The queue's store on a SQL database. All rules stand in ``JobSQL``; this brings them into transactions.
package struct SQLJobStore: JobStore {
    let database: any Database
    private let registered = Registered()
    /// Set on PostgreSQL.
    let rounds: JobRounds?

    /// What this process said of itself, to be said again when its row is gone.
    private final class Registered: Sendable {
        let record = Mutex(InstanceRecord?.none)
    }

    /// Uses a database whose tables are up to date.
    package init(database: any Database) {
        self.database = database
        rounds = (database as? PostgresDatabase).map(JobRounds.init)
    }

    package func keep(_ standing: any StandingClaim) { database.keep(standing) }

    package func register(_ instance: InstanceRecord) async throws {
        try await database.write { try InstanceSQL.register($0, instance) }
        registered.record.withLock { $0 = instance }
    }

    package func heartbeat(_ instance: InstanceID, at now: Timestamp) async throws {
        let known = registered.record.withLock { $0 }
        let record = known?.id == instance ? known : nil
        try await database.write { try InstanceSQL.heartbeat($0, instance, record: record, at: now) }
    }

    package func unregister(_ instance: InstanceID) async throws {
        try await database.write { try InstanceSQL.unregister($0, instance) }
    }

    /// Whether jobs that are put in by themselves share transactions, which those that come with other rows do not.
    package var sharesEnqueues: Bool { rounds != nil }

    /// Puts a new job into the queue, as ``JobSQL/enqueue(_:_:blobKey:foldedTitle:)`` does in a transaction of others.
    package func enqueue(_ job: Transcription, blobKey: String, foldedTitle: String? = nil) async throws {
        let new = NewlyQueued(job: job, blobKey: blobKey, foldedTitle: foldedTitle ?? TitleFolding.fold(job.title))
        if let rounds, new.isDue { return try await rounds.enqueue(new) }
        try await database.write { try new.enqueue($0) }
    }

    package func claim(_ request: ClaimRequest) async throws -> ClaimAnswer {
        guard request.count > 0 else { return ClaimAnswer(jobs: [], nextDue: nil) }
        if let rounds, !ClaimShape(request, isSingle: true).goesByLanes, let answer = try await rounds.claim(request) {
            return answer
        }
        return try await database.write(unless: { try JobSQL.emptyAnswer($0, request) }, { try JobSQL.claim($0, request) })
    }

    package func renew(_ leases: [Lease], until expiry: Timestamp, at now: Timestamp) async throws -> [LeaseAnswer] {
        guard !leases.isEmpty else { return [] }
        return try await database.write { try JobSQL.renew($0, leases, until: expiry) }
    }

    package func progress(_ lease: Lease, _ progress: ProgressReport, at now: Timestamp) async throws -> Fenced {
        try await database.write { try JobSQL.progress($0, lease, progress, at: now) }
    }

    package func describe(_ lease: Lease, provider: String, model: String) async throws -> Fenced {
        try await database.write { try JobSQL.describe($0, lease, provider: provider, model: model) }
    }

    package func checkpoint(_ lease: Lease, _ checkpoint: Checkpoint, at now: Timestamp) async throws -> Fenced {
        try await database.write { try JobSQL.checkpoint($0, lease, checkpoint, at: now) }
    }

    package func checkpoints(_ job: TranscriptionID, step: String, fingerprint: String) async throws -> [Checkpoint] {
        try await database.read { try JobSQL.checkpoints($0, job, step: step, fingerprint: fingerprint) }
    }

    package func complete(_ lease: Lease, _ result: JobResult, at now: Timestamp) async throws -> Fenced {
        let completion = Completion(lease: lease, result: result, at: now)
        if let rounds, completion.isPlain { return try await rounds.complete(completion) }
        return try await database.write { try JobSQL.complete($0, lease, result, at: now) }
    }

    package func fail(
        _ lease: Lease,
        _ failure: FailureReport,
        retryAt: Timestamp?,
        at now: Timestamp
    ) async throws -> Fenced {
        try await database.write { try JobSQL.fail($0, lease, failure, retryAt: retryAt, at: now) }
    }

    package func cancel(_ lease: Lease, at now: Timestamp) async throws -> Fenced {
        try await database.write { try JobSQL.cancel($0, lease, at: now) }
    }

    package func release(_ lease: Lease, at now: Timestamp) async throws -> Fenced {
        try await database.write { try JobSQL.release($0, lease, at: now) }
    }

    package func recover(_ request: RecoveryRequest) async throws -> [RecoveredJob] {
        try await database.write(
            unless: { try JobSQL.abandoned($0, request).isEmpty ? [] : nil },
            { try JobSQL.recover($0, request) }
        )
    }

    package func requestCancel(
        _ job: TranscriptionID,
        owner: UserID,
        at now: Timestamp
    ) async throws -> CancelAnswer {
        try await database.write { try JobSQL.requestCancel($0, job, owner: owner, at: now) }
    }
}
