import ScriberrCore
import ScriberrQueue

/// How hostile a world is, drawn from its seed, so that a run with few kinds of fault tells which one matters.
struct Plan {
    /// Places where a process can run; each is started again after its process ended.
    var seats: Int
    var workers: Int
    var jobs: Int
    var owners: Int
    /// How long faults last.
    var chaos: Duration
    /// Chances per second and process.
    var kill: Double
    var pause: Double
    var shutdown: Double
    /// Chances per second.
    var cancel: Double
    var delete: Double
    var clockJump: Double
    /// Chances per store call.
    var failBefore: Double
    var failAfter: Double
    /// Chance that the end of an attempt is not stored when that is tried.
    var failEnds: Double
    var late: Double
    var never: Double
    /// Chance that a write of one who holds a lease is long on its way.
    var lateWrites: Double
    /// Chance per second and process that it is cut off from the store for a while.
    var outage: Double
    /// Chance that an attempt finds its recording out of reach.
    var recordingIsAway: Double
    /// Chances per piece of work.
    var engineFails: Double
    var engineFailsForGood: Double
    var engineHangs: Double
    var engineIsDeaf: Double
    var engineIsSlow: Double
    /// Chance that a finished piece cannot be kept when that is tried.
    var pieceIsLost: Double
    /// How many pieces a job has at most.
    var piecesMax: Int
    /// Whether the machine's wall clocks agree and never jump. Only then can nobody else hold a lease before it ends.
    var hasSteadyClocks: Bool
    var policy: SchedulingPolicy
    var maxRunningPerOwner: Int?

    init(_ random: inout SeededRandom) {
        func some(_ chance: Double, upTo limit: Double) -> Double {
            random.fraction() < chance ? random.fraction() * limit : 0
        }
        seats = Int.random(in: 1...3, using: &random)
        workers = random.fraction() < 0.5 ? 1 : Int.random(in: 2...3, using: &random)
        jobs = Int.random(in: 2...9, using: &random)
        owners = Int.random(in: 1...3, using: &random)
        chaos = .seconds(Int.random(in: 15...50, using: &random))
        kill = some(0.6, upTo: 0.05)
        pause = some(0.5, upTo: 0.08)
        outage = some(0.4, upTo: 0.05)
        shutdown = some(0.4, upTo: 0.04)
        cancel = some(0.5, upTo: 0.3)
        delete = some(0.3, upTo: 0.06)
        hasSteadyClocks = random.fraction() < 0.75
        clockJump = hasSteadyClocks ? 0 : random.fraction() * 0.1
        failBefore = some(0.5, upTo: 0.1)
        failAfter = some(0.5, upTo: 0.1)
        failEnds = some(0.3, upTo: 0.14)
        late = some(0.5, upTo: 0.15)
        lateWrites = some(0.3, upTo: 0.3)
        never = some(0.3, upTo: 0.03)
        engineFails = some(0.5, upTo: 0.1)
        engineFailsForGood = some(0.2, upTo: 0.05)
        engineHangs = some(0.3, upTo: 0.05)
        engineIsDeaf = some(0.3, upTo: 0.3)
        engineIsSlow = some(0.4, upTo: 0.3)
        pieceIsLost = some(0.3, upTo: 0.7)
        piecesMax = random.fraction() < 0.7 ? 4 : 12
        policy = random.fraction() < 0.7 ? .fifo : .fairShare
        maxRunningPerOwner = random.fraction() < 0.2 ? 1 : nil
        recordingIsAway = some(0.3, upTo: 0.3)
        if random.fraction() < 0.25 { raiseTheDead(random.fraction()) }
    }

    /// Few long jobs, passed on again and again while the requests of those who had them are still on their way.
    mutating func raiseTheDead(_ strength: Double) {
        seats = 3
        workers = 1
        jobs = 3
        piecesMax = 12
        kill = 0.03 * strength
        never = 0
        late = 0.02
        lateWrites = 0.1 + 0.4 * strength
        pause = 0.03 * strength
        outage = 0
        failBefore = 0
        failAfter = 0
        cancel = 0.2 * strength
        shutdown = 0.05 * strength
        engineFails = 0.2 * strength
        hasSteadyClocks = true
        clockJump = 0
        maxRunningPerOwner = nil
    }

    /// Nothing goes wrong by itself: what happens then is the doing of clients and operators.
    mutating func keepCalm() {
        (kill, pause, outage, shutdown, cancel, delete, clockJump) = (0, 0, 0, 0, 0, 0, 0)
        (failBefore, failAfter, failEnds, late, never, lateWrites) = (0, 0, 0, 0, 0, 0)
        (engineFails, engineFailsForGood, engineHangs, engineIsDeaf, recordingIsAway) = (0, 0, 0, 0, 0)
        hasSteadyClocks = true
        piecesMax = 12
        engineIsSlow = 0.5
        pieceIsLost = 0
    }

    /// The same times as in production, ten to sixty times shorter, so that a minute holds what a day would.
    var configuration: QueueConfiguration {
        var configuration = QueueConfiguration(workers: workers, leaseTimeout: .seconds(9))
        configuration.pollInterval = .seconds(4)
        configuration.policy = policy
        configuration.maxRunningPerOwner = maxRunningPerOwner
        configuration.crashLimit = 4
        configuration.retry.base = .seconds(1)
        configuration.retry.cap = .seconds(8)
        configuration.limits.base = .seconds(40)
        configuration.limits.stall = .seconds(12)
        configuration.stopGrace = .seconds(1)
        configuration.shutdownDeadline = .seconds(6)
        return configuration
    }
}
