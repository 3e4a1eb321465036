package import ScriberrCore
import ScriberrStore

/// How many jobs stand where.
package struct QueueStats: Sendable, Hashable {
    package var queued = 0
    package var processing = 0
    package var completed = 0
    package var failed = 0
    package var canceled = 0
    /// Jobs that run in this process.
    package var running = 0

    package init() {}

    init(_ counts: [JobStatus: Int]) {
        queued = counts[.queued] ?? 0
        processing = counts[.processing] ?? 0
        completed = counts[.completed] ?? 0
        failed = counts[.failed] ?? 0
        canceled = counts[.canceled] ?? 0
        running = processing
    }
}

/// Where a waiting job stands in line.
package struct QueuePlace: Sendable, Hashable {
    /// 1 for the next.
    package var position: Int
    /// Seconds until it starts, when past jobs allow a guess.
    package var estimatedSeconds: Double?
    /// Why it does not run yet: `next`, `in_line`, `no_worker`, `no_worker_with_model`, `no_worker_with_cuda`, `owner_at_limit`,
    /// `not_before` or `paused`.
    package var reason: String

    init(_ place: JobPlace) {
        position = place.ahead + 1
        estimatedSeconds = place.wait?.inSeconds
        reason =
            switch place.reason {
            case .next: "next"
            case .inLine: "in_line"
            case .noWorker: "no_worker"
            case .noWorkerWithModel: "no_worker_with_model"
            case .noWorkerWithCUDA: "no_worker_with_cuda"
            case .ownerAtLimit: "owner_at_limit"
            case .notBefore: "not_before"
            }
    }
}

/// How workers choose, as far as places in line follow from it.
package struct LinePolicy: Sendable, Hashable {
    /// Which due job goes first.
    package var policy: SchedulingPolicy
    /// How many jobs of one owner may run at once.
    package var maxRunningPerOwner: Int?
    /// After how long without a sign of life a process does not count as a worker.
    package var deadAfter: Duration

    package init(policy: SchedulingPolicy = .fifo, maxRunningPerOwner: Int? = nil, deadAfter: Duration = .seconds(60)) {
        self.policy = policy
        self.maxRunningPerOwner = maxRunningPerOwner
        self.deadAfter = deadAfter
    }
}

extension TranscriptionService {
    /// The owner's jobs by state.
    package func queueStats(_ owner: UserID) async throws -> QueueStats {
        QueueStats(try await database.read { try JobSQL.counts($0, owner: owner) })
    }

    /// Everybody's jobs by state, in sum and for each account in the order of accounts. For admins.
    package func queueStatsOfAll() async throws -> (total: QueueStats, byUser: [(user: User, stats: QueueStats)]) {
        let (users, counts) = try await database.read { (try UserSQL.all($0), try JobSQL.countsByOwner($0)) }
        var total = QueueStats(counts.values.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) })
        total.running = runningHere()
        return (total, users.map { ($0, QueueStats(counts[$0.id] ?? [:])) })
    }

    /// Where the job stands in line; nil unless it waits. Throws `NOT_FOUND`.
    package func place(_ owner: UserID, _ id: TranscriptionID) async throws -> QueuePlace? {
        let now = clock.now()
        let rules = LineRules(
            policy: line.policy,
            maxRunningPerOwner: line.maxRunningPerOwner,
            deadBefore: now - line.deadAfter,
            now: now
        )
        return try await database.read { db in
            guard var place = try JobSQL.place(db, of: Self.find(db, owner, id), rules).map(QueuePlace.init) else { return nil }
            if try QueuePauseSQL.pause(db) != nil { (place.reason, place.estimatedSeconds) = ("paused", nil) }
            return place
        }
    }
}
