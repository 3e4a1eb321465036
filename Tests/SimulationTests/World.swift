import ScriberrCore
import ScriberrStore

@testable import ScriberrQueue

/// A world of processes, engines and clients around one database, single-threaded, with its own time. Everything that
/// happens in it follows from its seed.
struct World {
    let seed: UInt64
    let mutant: Mutant?
    var random: SeededRandom
    var plan: Plan
    var configuration: QueueConfiguration
    var store: SimulatedStore
    var agenda = Agenda<Entry>()
    var now = Duration.zero
    /// How far each seat's wall clock is off.
    var skews: [Duration]
    var processes: [Int: SimulatedProcess] = [:]
    var processCount = 0
    var jobCount = 0
    var isCalm = false
    /// Until when each lease was given by the store, by the time of who asked.
    var grants: [Lease: Duration] = [:]
    /// Which process an attempt belongs to, and since when.
    var claims: [Lease: (process: Int, at: Duration)] = [:]
    var started: Set<Lease> = []
    /// When each canceled job that runs undisturbed has to be over.
    var cancelDeadlines: [TranscriptionID: Duration] = [:]
    /// When a process has to have given up a job that was taken from it.
    var idleDeadlines: [Lease: (process: Int, at: Duration)] = [:]
    var steps = 0
    var tally = Tally()
    /// What happened, for the one who looks at a failing seed.
    var trace: Trace

    /// What happened how often, to see that the faults that are thought to happen do.
    struct Tally {
        var counts: [String: Int] = [:]
        mutating func note(_ what: String) { counts[what, default: 0] += 1 }
    }

    enum Entry {
        case tick(process: Int, number: Int)
        case deliver(process: Int, QueueEvent)
        case taken(TakenOffer, StoreAnswer?, after: Duration)
        case ask(process: Int, CallID, StoreCall, decidedAt: Duration)
        case turn(process: Int, [TurnPart], decidedAt: Duration)
        case engine(process: Int, Lease, EngineStep)
        case write(process: Int, Lease, EngineWrite)
        case start(seat: Int)
        case resume(process: Int)
        case create
        case chaos
    }

    enum EngineStep {
        case begin
        case pieceDone
        case written(EngineWrite, Fenced?)
        case end(AttemptOutcome)
    }

    enum EngineWrite {
        case progress(Double)
        case piece(Int)
    }

    init(seed: UInt64, on database: any InlineDatabase, mutant: Mutant? = nil, traces: Bool = false) throws {
        self.seed = seed
        self.mutant = mutant
        random = SeededRandom(seed: seed &* 0x2545_F491_4F6C_DD1D)
        plan = Plan(&random)
        mutant?.plan?(&plan)
        configuration = plan.configuration
        mutant?.configuration?(&configuration)
        store = try SimulatedStore(database, owners: plan.owners, mutant: mutant, hasSteadyClocks: plan.hasSteadyClocks)
        skews = Array(repeating: .zero, count: plan.seats)
        trace = Trace(isOn: traces)
    }

    /// Lives through the faults, then waits for every job to end and every process to stop.
    mutating func run() throws {
        trace.add(now, "\(plan)")
        for seat in 0..<plan.seats { agenda.add(.start(seat: seat), at: moments(upTo: .seconds(2))) }
        for _ in 0..<plan.jobs { agenda.add(.create, at: moments(upTo: plan.chaos * 0.7)) }
        agenda.add(.chaos, at: .milliseconds(500))
        try live { world in world.now >= world.plan.chaos }
        calmDown()
        let limit = now + .seconds(900)
        try live { world in world.jobCount >= world.plan.jobs && world.store.oracle.allEnded || world.now > limit }
        try require(
            store.oracle.allEnded,
            "every job ends once faults stop",
            "\(store.oracle.jobs.values.filter { !$0.status.isTerminal })"
        )
        for number in processes.keys.sorted() { try deliver(.shutdown, to: number) }
        try live { world in world.processes.isEmpty || world.now > limit + .seconds(60) }
        try require(processes.isEmpty, "every process stops when told")
    }

    private mutating func live(until isOver: (World) -> Bool) throws {
        while !isOver(self) {
            guard let (at, entry) = agenda.next() else { return }
            now = max(now, at)
            steps += 1
            store.present = wall(of: 0)
            try take(entry)
            try checkWorld()
        }
    }

    /// No more faults: whoever is paused goes on, and what runs is left alone.
    private mutating func calmDown() {
        isCalm = true
        for number in processes.keys { processes[number]?.cutOffUntil = .zero }
        trace.add(now, "calm")
        for number in processes.keys.sorted() where processes[number]?.isPaused == true { resume(number) }
    }

    private mutating func take(_ entry: Entry) throws {
        if let number = entry.process {
            guard processes[number] != nil else {
                // A request that was on its way may arrive although its sender is dead.
                if case .ask(_, _, let call, let decidedAt) = entry, random.fraction() < 0.5 {
                    try arrive(call, from: number, decidedAt: decidedAt)
                }
                if case .turn(_, let parts, let decidedAt) = entry, random.fraction() < 0.5 {
                    try arrive(parts, from: number, decidedAt: decidedAt)
                }
                return
            }
            if processes[number]?.isPaused == true, entry.waitsForProcess {
                processes[number]?.held.append(entry)
                return
            }
        }
        switch entry {
        case .tick(let number, let tick): try self.tick(number, tick)
        case .deliver(let number, let event): try deliver(event, to: number)
        case .taken(let taken, let answer, let delay): try hear(taken, answer, after: delay)
        case .ask(let number, let id, let call, let decidedAt): try ask(number, id, call, decidedAt)
        case .turn(let number, let parts, let decidedAt): try ask(number, parts, decidedAt)
        case .engine(let number, let lease, let step): try engine(number, lease, step)
        case .write(let number, let lease, let write): try engineWrite(number, lease, write)
        case .start(let seat): try start(seat)
        case .resume(let number): resume(number)
        case .create: try create()
        case .chaos: try chaos()
        }
    }

    // MARK: Time

    func wall(of seat: Int) -> Timestamp { Timestamp(microseconds: 1_000_000_000_000) + now + skews[seat] }

    mutating func moments(upTo limit: Duration) -> Duration { now + limit * random.fraction() }

    /// How long something that usually takes a moment takes.
    mutating func lag() -> Duration {
        let fraction = random.fraction()
        return .microseconds(200) + .milliseconds(40) * (fraction * fraction * fraction)
    }

    mutating func happens(_ chance: Double) -> Bool { !isCalm && chance > 0 && random.fraction() < chance }

    // MARK: What must hold between any two steps

    private mutating func checkWorld() throws {
        var owners: [TranscriptionID: Int] = [:]
        for process in processes.values {
            let alive = process.engines.values.count { !$0.hasEnded }
            let working = process.engines.values.count { !$0.hasEnded && !$0.isShut }
            try require(working <= plan.workers, "no more work than slots", "process \(process.number)")
            try require(alive <= 2 * plan.workers, "left-behind handlers are bounded", "process \(process.number): \(alive)")
            if let since = process.stoppingSince, !process.isPaused, !process.isDazed {
                let limit = since + configuration.shutdownDeadline + .seconds(1)
                try require(now <= limit, "a stop ends by its deadline", "process \(process.number)")
            }
            guard plan.hasSteadyClocks else { continue }
            for job in process.ownedJobs {
                if let other = owners[job] {
                    throw Violation("at most one live owner", "\(job): processes \(other) and \(process.number)")
                }
                owners[job] = process.number
            }
        }
        for (lease, deadline) in idleDeadlines where now > deadline.at {
            idleDeadlines[lease] = nil
            let isBusy = processes[deadline.process]?.engines[lease].map { !$0.hasEnded && !$0.isShut } ?? false
            try require(!isBusy, "work on a deleted job stops within seconds", "\(lease)")
        }
        for (job, deadline) in cancelDeadlines where store.oracle.jobs[job]?.status.isTerminal != false || now > deadline {
            cancelDeadlines[job] = nil
            let status = store.oracle.jobs[job]?.status
            try require(status != .processing, "a cancel stops its job within seconds", "\(job)")
        }
    }
}

extension World.Entry {
    var process: Int? {
        switch self {
        case .tick(let number, _), .deliver(let number, _), .ask(let number, _, _, _), .turn(let number, _, _),
            .engine(let number, _, _),
            .write(let number, _, _), .resume(let number):
            number
        case .taken(let taken, _, _): taken.process
        case .start, .create, .chaos: nil
        }
    }

    /// Requests that are on their way arrive while their sender sleeps; everything else waits for it.
    var waitsForProcess: Bool {
        switch self {
        case .tick, .deliver, .taken, .engine: true
        default: false
        }
    }
}

/// What happened, line by line, and a number that two equal histories share.
struct Trace {
    let isOn: Bool
    private(set) var lines: [String] = []
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325

    init(isOn: Bool) { self.isOn = isOn }

    mutating func add(_ time: Duration, _ what: @autoclosure () -> String) {
        guard isOn else { return }
        let line = "\(Double(time.wholeMilliseconds) / 1_000) \(what())"
        lines.append(line)
        for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
