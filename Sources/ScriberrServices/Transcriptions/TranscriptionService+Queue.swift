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
}

/// Where a waiting job stands in line.
package struct QueuePlace: Sendable, Hashable {
    /// 1 for the next.
    package var position: Int
    /// Seconds until it starts, when past jobs allow a guess.
    package var estimatedSeconds: Double?
    /// Why it does not run yet: `next`, `in_line`, `no_worker`, `owner_at_limit` or `not_before`.
    package var reason: String

    init(_ place: JobPlace) {
        position = place.ahead + 1
        estimatedSeconds = place.wait?.inSeconds
        reason =
            switch place.reason {
            case .next: "next"
            case .inLine: "in_line"
            case .noWorker: "no_worker"
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
    /// The owner's jobs by state; of all owners when `owner` is nil, for admins.
    package func queueStats(_ owner: UserID?) async throws -> QueueStats {
        let counts = try await database.read { try JobSQL.counts($0, owner: owner) }
        var stats = QueueStats()
        stats.queued = counts[.queued] ?? 0
        stats.processing = counts[.processing] ?? 0
        stats.completed = counts[.completed] ?? 0
        stats.failed = counts[.failed] ?? 0
        stats.canceled = counts[.canceled] ?? 0
        stats.running = runningHere()
        return stats
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
            try JobSQL.place(db, of: Self.find(db, owner, id), rules).map(QueuePlace.init)
        }
    }
}
