import ScriberrCore

@testable import ScriberrQueue

/// One process of the simulated world: the real machine, engines made up for it, and what the world does to it.
struct SimulatedProcess {
    let number: Int
    let seat: Int
    let record: InstanceRecord
    var machine: QueueMachine
    var engines: [Lease: SimulatedEngine] = [:]
    /// Stopped in its tracks, as by a suspended machine. Its time goes on.
    var isPaused = false
    /// What came while it was paused.
    var held: [World.Entry] = []
    /// Woken, but its machine has not yet looked at the clock.
    var isDazed = false
    /// The claim that stands with the store that it shares with its API.
    var offer: SimulatedOffer?
    var lastTaken: CallID?
    var hasStopped = false
    /// Renewed by each event; older ticks are void.
    var tickNumber = 0
    var ticksInARow = 0
    var lastTickAt = Duration.zero
    /// When the world last did something to it that may cost it a lease.
    var lastFaultAt: Duration?
    /// Until when the store cannot be reached from it.
    var cutOffUntil = Duration.zero
    /// When it was first asked to stop.
    var stoppingSince: Duration?

    /// Whether something may have cost it a lease that it had at `time`.
    func hadTrouble(since time: Duration) -> Bool { isPaused || lastFaultAt.map { $0 + .seconds(30) >= time } ?? false }

    /// Jobs that it takes for its own.
    var ownedJobs: [TranscriptionID] {
        guard !isPaused, !isDazed else { return [] }
        return engines.values.filter { !$0.isShut && $0.stop != .leaseLost && !$0.hasEnded }.map(\.lease.job)
    }
}

/// A claim that a process left for the job that comes next.
struct SimulatedOffer {
    let id: CallID
    let request: ClaimRequest
    let until: Duration
}

/// What stands in for a handler with its engine: works piece by piece, and goes wrong in every way that one can.
struct SimulatedEngine {
    let lease: Lease
    let pieces: Int
    var nextPiece = 0
    var stop: StopReason?
    /// Only asked to stop, at the next checkpoint.
    var isAsked = false
    var isShut = false
    /// Does not hear that it shall stop.
    var isDeaf = false
    var isHanging = false
    var hasEnded = false
    var checkpointTries = 0
}
