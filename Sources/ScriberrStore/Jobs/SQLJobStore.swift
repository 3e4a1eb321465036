package import ScriberrCore
import Synchronization

/// The queue's store on a SQL database. All rules stand in ``JobSQL``; this brings them into transactions.
package struct SQLJobStore: JobStore {
    private let database: any Database
    private let registered = Registered()
    /// Set on PostgreSQL.
    private let completions: CompletionGroup?

    /// What this process said of itself, to be said again when its row is gone.
    private final class Registered: Sendable {
        let record = Mutex(InstanceRecord?.none)
        /// Claims in one statement do without lanes. Once they are kept they are for good.
        let areLanesKept = Atomic(false)
    }

    /// Uses a database whose tables are up to date.
    package init(database: any Database) {
        self.database = database
        completions = database.dialect == .postgres ? CompletionGroup(database: database) : nil
    }

    package func together(_ calls: () -> Void) { database.together(calls) }

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

    package func claim(_ request: ClaimRequest) async throws -> ClaimAnswer {
        guard request.count > 0 else { return ClaimAnswer(jobs: [], nextDue: nil) }
        if let answer = try await claimWhole(request) { return answer }
        return try await database.write(
            unless: { connection in
                let look = try JobSQL.look(connection, request)
                return look.hasWork ? nil : ClaimAnswer(jobs: [], nextDue: look.nextDue)
            },
            { try JobSQL.claim($0, request) }
        )
    }

    /// Nil when the claim has to go the long way.
    private func claimWhole(_ request: ClaimRequest) async throws -> ClaimAnswer? {
        guard database.dialect == .postgres, !ClaimShape(request, isSingle: true).goesByLanes,
            !registered.areLanesKept.load(ordering: .relaxed)
        else { return nil }
        switch try await database.write({ try JobSQL.claimWhole($0, request) }) {
        case .answer(let answer): return answer
        case .isDue: return nil
        case .lanesAreKept:
            registered.areLanesKept.store(true, ordering: .relaxed)
            return nil
        }
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
        if let completions, completion.isPlain { return try await completions.complete(completion) }
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
