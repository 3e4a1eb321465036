package import ScriberrCore

/// What a queue process has done since it started, in numbers.
package struct QueueCounts: Sendable, Hashable {
    /// Times work was asked for.
    package var claims = 0
    /// Jobs that were started.
    package var claimed = 0
    /// Attempts that ended with a result.
    package var completed = 0
    /// Attempts that failed their job for good.
    package var failed = 0
    /// Attempts that failed and will be followed by another.
    package var retried = 0
    /// Attempts ended because their job was given up.
    package var canceled = 0
    /// Attempts handed back because this process stops.
    package var released = 0
    /// Leases that were lost.
    package var leasesLost = 0
    /// Jobs taken back from dead processes or ended leases.
    package var recovered = 0
    /// Handlers that did not end when told.
    package var abandoned = 0
    /// Store calls that failed.
    package var storeFailures = 0

    mutating func count(_ write: TerminalWrite) {
        switch write {
        case .complete: completed += 1
        case .fail(_, retryAt: nil): failed += 1
        case .fail: retried += 1
        case .cancel: canceled += 1
        case .release: released += 1
        }
    }
}

/// A look at a queue process.
package struct QueueStatistics: Sendable, Hashable {
    /// Where it is in its life.
    package var state: State
    /// Whether new work is held off.
    package var isPaused: Bool
    /// How many attempts may run at once.
    package var workers: Int
    /// The attempts that run or are being brought to their end.
    package var running: [Lease]
    /// Handlers that were left behind and have not ended.
    package var abandonedAlive: Int
    /// What it has done.
    package var counts: QueueCounts

    /// Where a process is in its life.
    package enum State: String, Sendable, Hashable {
        /// Not started, or not yet known to the others.
        case starting
        /// At work.
        case running
        /// Bringing its work to an end.
        case stopping
        /// Over.
        case stopped
    }
}

extension QueueMachine {
    /// A look at this machine.
    package var statistics: QueueStatistics {
        let state: QueueStatistics.State =
            switch phase {
            case .idle, .starting: .starting
            case .running: .running
            case .stopping: .stopping
            case .stopped: .stopped
            }
        return QueueStatistics(
            state: state,
            isPaused: isPaused,
            workers: configuration.workers,
            running: attempts.map(\.lease),
            abandonedAlive: abandoned.count,
            counts: counts
        )
    }
}
