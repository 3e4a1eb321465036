package import ScriberrCore

/// How one process works on the queue. Every wait, retry and limit of this room has its name here.
package struct QueueConfiguration: Sendable, Hashable {
    /// How many attempts run at once.
    package var workers = 1
    /// How long to wait before asking for work again when no wake-up came. The net under the wake-ups.
    package var pollInterval = Duration.seconds(2)
    /// For how long a claim or a renewal gives a job away.
    package var leaseTimeout = Duration.seconds(600)
    /// How long before the lease ends this process gives the job up by its own clock. Must be enough to stop an engine.
    package var leaseMargin: Duration
    /// How often all running attempts are renewed, in one call.
    package var renewInterval: Duration
    /// How often this process says that it lives.
    package var heartbeatInterval: Duration
    /// A process not heard of for this long is dead to the others.
    package var deadAfter: Duration
    /// How often jobs of dead processes and ended leases are looked for.
    package var recoverInterval: Duration
    /// Which due job goes first.
    package var policy = SchedulingPolicy.fifo
    /// How many jobs of one owner may run at once; nil for no limit.
    package var maxRunningPerOwner: Int?
    /// What this process can do; nil when it takes any job.
    package var offer: WorkerOffer?
    /// How many crashes a job may cause before it is quarantined.
    package var crashLimit = 3
    /// How failed attempts are tried again.
    package var retry = RetryPolicy()
    /// How long an attempt may take and how long it may be silent.
    package var limits = AttemptLimits()
    /// How long a handler may take to end once its task was canceled. Then it is abandoned.
    package var stopGrace = Duration.seconds(3)
    /// How long stopping may take as a whole.
    package var shutdownDeadline = Duration.seconds(30)

    /// The usual configuration for a lease of the given length; everything else can be changed afterwards.
    package init(workers: Int = 1, leaseTimeout: Duration = .seconds(600)) {
        precondition(workers > 0, "A queue needs at least one worker.")
        precondition(leaseTimeout > .zero, "A lease needs a length.")
        self.workers = workers
        self.leaseTimeout = leaseTimeout
        leaseMargin = min(leaseTimeout / 6, .seconds(10))
        renewInterval = min(leaseTimeout / 3, .seconds(5))
        heartbeatInterval = min(leaseTimeout / 3, .seconds(10))
        deadAfter = min(leaseTimeout, .seconds(60))
        recoverInterval = min(leaseTimeout / 3, .seconds(15))
    }
}

/// How failed attempts are tried again.
package struct RetryPolicy: Sendable, Hashable {
    /// The wait after the first failure; doubled with each one.
    package var base = Duration.seconds(5)
    /// The longest wait.
    package var cap = Duration.seconds(600)
    /// The share of a wait that is drawn at random, so that jobs that failed together do not come back together.
    package var jitter = 0.25
    /// From this claim of a job on, one that finds its recording out of reach is charged like any other: with the usual waits after
    /// about fifteen hours.
    package var unreadyMax = 100

    /// The usual policy.
    package init() {}

    /// How long to wait after the given number of charged failures. `random` is uniform in 0..<1.
    package func delay(afterFailures failures: Int, random: Double) -> Duration {
        // Ten doublings pass every cap that makes sense; more would only overflow.
        let doublings = min(max(failures - 1, 0), 20)
        let whole = min(base * (1 << doublings), cap)
        return whole * (1 - jitter + 2 * jitter * random)
    }
}

/// How long an attempt may take and how long it may be silent.
package struct AttemptLimits: Sendable, Hashable {
    /// The least time that any attempt has, downloads and model loading included.
    package var base = Duration.seconds(900)
    /// How many times longer than foreseen an attempt may take.
    package var factor = 8.0
    /// Seconds of audio per second of work, assumed of a model until it was measured.
    package var assumedSpeed = 1.0
    /// The limit of an attempt whose audio length is not known, and the highest of all.
    package var longest = Duration.seconds(48 * 3_600)
    /// How long an attempt may go without a sign of progress.
    package var stall = Duration.seconds(600)

    /// The usual limits.
    package init() {}
}
