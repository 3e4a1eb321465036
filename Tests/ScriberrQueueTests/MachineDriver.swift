import ScriberrCore

@testable import ScriberrQueue

/// Plays the world to one machine, event by event, on a clock of its own.
struct MachineDriver {
    var machine: QueueMachine
    private(set) var now = Duration.zero
    private(set) var wall = Timestamp.zero
    /// Calls that wait for an answer, in the order they were made.
    private(set) var open: [(id: CallID, call: StoreCall)] = []
    /// The claim that stands.
    private(set) var standing: (id: CallID, request: ClaimRequest, until: Duration)?
    /// The one that stands comes too late to be taken back.
    var isBeingTaken = false

    init(_ configuration: QueueConfiguration = QueueConfiguration(leaseTimeout: .seconds(60))) {
        machine = QueueMachine(
            configuration: configuration,
            instance: InstanceID(trusted: "inst_1"),
            random: SeededRandom(seed: 1)
        )
    }

    @discardableResult
    mutating func send(_ event: QueueEvent) -> [QueueAction] { send([event]) }

    /// Sends events that came together.
    @discardableResult
    mutating func send(_ events: [QueueEvent]) -> [QueueAction] {
        var actions = machine.handle(events, at: Moment(instant: now, wall: wall))
        for action in actions {
            switch action {
            case .call(let id, let call):
                if standing?.id == id { standing = nil }
                open.append((id, call))
            case .stand(let id, let request, let until): standing = (id, request, until)
            case .withdraw(let id) where !isBeingTaken:
                standing = nil
                actions += send(.withdrawn(id))
            default: break
            }
        }
        return actions
    }

    /// A job came: the store begins with the claim that stands.
    mutating func take() -> CallID? {
        guard let taken = standing else { return nil }
        standing = nil
        send(.taken(taken.id, Moment(instant: now, wall: wall)))
        return taken.id
    }

    /// Answers the oldest open call that `isWanted` accepts; nothing happens when there is none.
    @discardableResult
    mutating func answer(_ answer: StoreAnswer, to isWanted: (StoreCall) -> Bool) -> [QueueAction] {
        guard let index = open.firstIndex(where: { isWanted($0.call) }) else { return [] }
        return send(.answered(open.remove(at: index).id, answer))
    }

    /// Goes on by `duration` with a tick at each deadline on the way, keeping the process known.
    @discardableResult
    mutating func advance(by duration: Duration, jump: Duration = .zero) -> [QueueAction] {
        let end = now + duration
        var actions: [QueueAction] = []
        while let next = machine.nextDeadline, next <= end {
            wall = wall + max(next - now, .zero)
            now = max(now, next)
            actions += send(.tick)
            while open.contains(where: { $0.call.isHeartbeat }) { actions += answer(.done) { $0.isHeartbeat } }
        }
        wall = wall + (end - now) + jump
        now = end
        return actions + send(.tick)
    }

    /// Lets time go by without a tick.
    mutating func advanceSilently(by duration: Duration) {
        now += duration
        wall = wall + duration
    }

    /// Starts the machine and brings it to its first claim.
    mutating func begin() {
        send(.start)
        answer(.done) { $0.isRegister }
        answer(.recovered([])) { $0.isRecover }
    }

    /// Gives the machine jobs with its open claim.
    @discardableResult
    mutating func give(_ jobs: [ClaimedJob], nextDue: Timestamp? = nil) -> [QueueAction] {
        answer(.claimed(ClaimAnswer(jobs: jobs, nextDue: nextDue))) { $0.isClaim }
    }
}

extension StoreCall {
    var isRegister: Bool { if case .register = self { true } else { false } }
    var isHeartbeat: Bool { if case .heartbeat = self { true } else { false } }
    var isUnregister: Bool { if case .unregister = self { true } else { false } }
    var isClaim: Bool { if case .claim = self { true } else { false } }
    var isRenew: Bool { if case .renew = self { true } else { false } }
    var isRecover: Bool { if case .recover = self { true } else { false } }
    var isFinish: Bool { if case .finish = self { true } else { false } }
}

extension Array where Element == QueueAction {
    var claimed: Int? {
        for case .call(_, .claim(let request)) in self { return request.count }
        return nil
    }

    var run: [Lease] { compactMap { if case .run(let job) = $0 { job.lease } else { nil } } }

    var asked: [StopReason] { compactMap { if case .ask(_, let reason) = $0 { reason } else { nil } } }

    var stopped: [StopReason] { compactMap { if case .stop(_, let reason) = $0 { reason } else { nil } } }

    var abandoned: Int { count { if case .abandon = $0 { true } else { false } } }

    /// How often it was said that the workers stop.
    var partings: Int { count { if case .note(.leaving) = $0 { true } else { false } } }

    var writes: [TerminalWrite] {
        compactMap { if case .call(_, .finish(_, let write, _)) = $0 { write } else { nil } }
    }

    var renewed: [[Lease]] { compactMap { if case .call(_, .renew(let leases, _, _)) = $0 { leases } else { nil } } }

    var recoveries: Int { count { if case .call(_, .recover) = $0 { true } else { false } } }

    var hasStopped: Bool { contains { if case .stopped = $0 { true } else { false } } }
}

extension ClaimedJob {
    static func sample(_ number: Int, attempt: Int = 1, failures: Int = 0, audioSeconds: Double? = 60) -> ClaimedJob {
        var job = Transcription.sample(number)
        job.attempt = attempt
        job.failures = failures
        job.audioSeconds = audioSeconds
        return ClaimedJob(
            lease: Lease(job: job.id, attempt: attempt),
            job: job,
            execution: ExecutionID(trusted: "exec_\(number)")
        )
    }
}
