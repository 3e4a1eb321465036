import Logging
package import ScriberrCore
import Synchronization

/// What a handler has of the queue while it works: fenced writes, kept pieces and the word to stop.
///
/// Every write carries the lease. Once the lease is lost or the handler was left behind, nothing reaches the store any more.
package final class Attempt: Sendable {
    /// The right to work on the job.
    package let lease: Lease
    private let store: any JobStore
    private let time: MonotonicTime
    private let wallClock: any WallClock
    private let logger: Logger
    private let report: @Sendable (QueueEvent) -> Void
    private let state = Mutex(State())

    private struct State {
        var stopReason: StopReason?
        /// Told to stop now, not merely at the next checkpoint.
        var isForced = false
        var isShut = false
        var lastReport: ProgressReport?
        var lastWriteAt: Duration?
        var lastSignAt: Duration?
    }

    /// The least time between two progress writes of one stage.
    private static let progressInterval = Duration.milliseconds(300)
    /// The least time between two signs of progress to the queue.
    private static let signInterval = Duration.seconds(1)
    /// How often a piece is tried to be kept before the work goes on without.
    private static let checkpointTriesMax = 3

    init(
        lease: Lease,
        store: any JobStore,
        time: MonotonicTime,
        wallClock: any WallClock,
        logger: Logger,
        report: @escaping @Sendable (QueueEvent) -> Void
    ) {
        self.lease = lease
        self.store = store
        self.time = time
        self.wallClock = wallClock
        self.logger = logger
        self.report = report
    }

    /// Why the attempt has to stop; nil while it may go on. ``StopReason/shutdown`` alone may wait for the next checkpoint.
    package var stopReason: StopReason? { state.withLock { $0.stopReason } }

    /// Throws the reason when the attempt has to stop; for the edges of stages.
    package func throwIfStopped() throws {
        if let reason = stopReason { throw reason }
    }

    /// Tells how far the work is. Stored at most three times a second, but a new stage at once; never goes back.
    ///
    /// A store that fails is passed over: progress is news, not work. Throws the ``StopReason`` when the attempt has to stop
    /// now.
    package func progress(_ stage: JobStage, _ fraction: Double) async throws {
        signOfLife()
        if let due = try dueReport(stage, fraction) { try await storeProgress(due) }
    }

    /// Says that work goes on where no progress can be told, so that it is not taken for stalled.
    package func signOfLife() {
        let now = time.now()
        let isDue = state.withLock { state in
            if let last = state.lastSignAt, now - last < Self.signInterval { return false }
            state.lastSignAt = now
            return true
        }
        if isDue { report(.active(lease)) }
    }

    /// Keeps a finished piece, so that no later attempt has to do it again. Throws the ``StopReason`` after keeping it when
    /// the attempt has to stop, for whatever reason.
    ///
    /// A piece that cannot be kept after some tries is let go: it costs rework only if this attempt does not end well.
    package func checkpoint(_ checkpoint: Checkpoint) async throws {
        signOfLife()
        logger.debug("Finished a piece", metadata: ["piece": "\(checkpoint.piece)"])
        for attempt in 1...Self.checkpointTriesMax {
            do {
                try await fenced { try await store.checkpoint(lease, checkpoint, at: wallClock.now()) }
                break
            } catch let reason as StopReason {
                throw reason
            } catch {
                log(.warning, "Failed to keep a finished piece", error, ["piece": "\(checkpoint.piece)", "try": "\(attempt)"])
                if attempt < Self.checkpointTriesMax { try await time.sleep(.milliseconds(100 * attempt)) }
            }
        }
        try throwIfStopped()
    }

    /// The pieces that earlier attempts kept under the same fingerprint, in order.
    package func checkpoints(step: String, fingerprint: String) async throws -> [Checkpoint] {
        try await store.checkpoints(lease.job, step: step, fingerprint: fingerprint)
    }

    /// Tells which provider and model do the work.
    package func describe(provider: String, model: String) async throws {
        do {
            try await fenced { try await store.describe(lease, provider: provider, model: model) }
        } catch let reason as StopReason {
            throw reason
        } catch {
            log(.warning, "Failed to store the engine of an attempt", error)
        }
    }

    /// Tells the handler to stop; a stronger reason replaces a weaker one.
    func stop(_ reason: StopReason, isForced: Bool) {
        state.withLock { state in
            if state.stopReason.map({ reason.strength > $0.strength }) ?? true { state.stopReason = reason }
            state.isForced = state.isForced || isForced
            if reason == .leaseLost { state.isShut = true }
        }
    }

    /// Lets nothing through any more: the attempt has ended or was left behind.
    func shut() {
        state.withLock { state in
            state.isShut = true
            state.isForced = true
            state.stopReason = state.stopReason ?? .leaseLost
        }
    }

    private func dueReport(_ stage: JobStage, _ fraction: Double) throws -> ProgressReport? {
        let now = time.now()
        return try state.withLock { state in
            if let reason = state.stopReason, state.isForced { throw reason }
            let reached = state.lastReport?.progress ?? 0
            let report = ProgressReport(stage: stage, progress: max(reached, min(max(fraction, 0), 1)))
            let isNewStage = stage != state.lastReport?.stage
            if !isNewStage {
                guard report.progress > reached else { return nil }
                if let last = state.lastWriteAt, now - last < Self.progressInterval { return nil }
            }
            state.lastReport = report
            state.lastWriteAt = now
            return report
        }
    }

    private func storeProgress(_ due: ProgressReport) async throws {
        do {
            try await fenced { try await store.progress(lease, due, at: wallClock.now()) }
        } catch let reason as StopReason {
            throw reason
        } catch {
            log(.debug, "Failed to store progress", error)
        }
    }

    /// Makes a write and acts on what the store says about the lease. Throws the reason when the lease is lost.
    private func fenced(_ write: () async throws -> Fenced) async throws {
        guard !state.withLock({ $0.isShut }) else { throw stopReason ?? .leaseLost }
        switch try await write() {
        case .applied: break
        case .appliedButCancelRequested: report(.cancelRequested(lease))
        case .leaseLost:
            stop(.leaseLost, isForced: true)
            report(.refused(lease))
            throw StopReason.leaseLost
        }
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ error: any Error, _ facts: Logger.Metadata = [:]) {
        var metadata = facts
        metadata["error"] = "\(error)"
        logger.log(level: level, message, metadata: metadata)
    }
}
