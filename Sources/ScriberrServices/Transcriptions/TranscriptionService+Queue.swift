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

    /// Where the job stands in line; nil unless it waits for its turn. Throws `NOT_FOUND`.
    ///
    /// The place is exact where jobs go first come, first served; under fair share a job may start earlier or later.
    package func place(_ owner: UserID, _ id: TranscriptionID) async throws -> QueuePlace? {
        let now = clock.now()
        return try await database.read { db in
            let job = try Self.find(db, owner, id)
            guard job.status == .queued, job.runAfter <= now else { return nil }
            let line = try TranscriptionSQL.line(db, before: job)
            let seconds = line.secondsPerAudioSecond.map { $0 * line.audioSecondsAhead / Double(max(1, line.slots)) }
            return QueuePlace(position: line.jobsAhead + 1, estimatedSeconds: seconds)
        }
    }
}
