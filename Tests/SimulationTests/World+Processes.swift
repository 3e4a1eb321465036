import ScriberrCore

@testable import ScriberrQueue

/// Processes: starting, events, actions, store calls.
extension World {
    mutating func start(_ seat: Int) throws {
        guard !isLeaving, !processes.values.contains(where: { $0.seat == seat }) else { return }
        processCount += 1
        let number = processCount
        let record = InstanceRecord(
            id: InstanceID(trusted: "inst_\(number)"),
            host: "host",
            processID: number,
            version: "simulated",
            exclusiveSeat: "seat \(seat)",
            slots: plan.workers,
            startedAt: wall(of: seat)
        )
        let machine = QueueMachine(
            configuration: configuration,
            instance: record.id,
            random: SeededRandom(seed: seed &+ UInt64(number))
        )
        processes[number] = SimulatedProcess(number: number, seat: seat, record: record, machine: machine)
        trace.add(now, "process \(number) starts on seat \(seat)")
        tally.note("start")
        try deliver(.start, to: number)
    }

    /// Removes a process; its seat is taken again after a while.
    mutating func end(_ number: Int) {
        guard let process = processes.removeValue(forKey: number), !isLeaving else { return }
        agenda.add(.start(seat: process.seat), at: now + .milliseconds(100) + moments(upTo: .seconds(6)) - now)
    }

    /// Whether the world is at its end and nobody starts any more.
    private var isLeaving: Bool { isCalm && jobCount >= plan.jobs && store.oracle.allEnded }

    mutating func tick(_ number: Int, _ tick: Int) throws {
        guard let process = processes[number], process.tickNumber == tick else { return }
        let isAgain = process.lastTickAt == now
        processes[number]?.ticksInARow = isAgain ? process.ticksInARow + 1 : 0
        processes[number]?.lastTickAt = now
        try require(process.ticksInARow < 20, "a machine does not spin", "process \(number) at \(now)")
        try deliver(.tick, to: number)
    }

    /// Hands a process an event and does what its machine wants.
    mutating func deliver(_ event: QueueEvent, to number: Int) throws {
        guard var process = processes[number] else { return }
        let event = mutant?.event.map { $0(event) } ?? event
        guard let event else { return }
        if case .shutdown = event, process.stoppingSince == nil { process.stoppingSince = now }
        if case .ended(let lease, _) = event { process.engines[lease]?.hasEnded = true }
        process.isDazed = false
        let actions = process.machine.handle(event, at: Moment(instant: now, wall: wall(of: process.seat)))
        process.tickNumber += 1
        processes[number] = process
        if let deadline = process.machine.nextDeadline {
            agenda.add(.tick(process: number, number: process.tickNumber), at: max(deadline, now) + lag())
        }
        var turn: [TurnPart] = []
        for action in actions {
            for wanted in mutant?.action?(action) ?? [action] {
                if let part = TurnPart(wanted) { turn.append(part) } else { try perform(wanted, by: number) }
            }
        }
        try send(turn, by: number)
    }

    private mutating func perform(_ action: QueueAction, by number: Int) throws {
        switch action {
        case .call(let id, let call): try send(id, call, by: number)
        case .stand(let id, let request, let until):
            stand(SimulatedOffer(id: id, request: request, until: until), by: number)
        case .withdraw(let id): withdraw(id, by: number)
        case .run(let job): try startEngine(job, by: number)
        case .ask(let lease, let reason):
            trace.add(now, "process \(number) asks \(lease) to stop: \(reason)")
            processes[number]?.engines[lease]?.isAsked = true
        case .stop(let lease, let reason): stopEngine(lease, reason, by: number)
        case .abandon(let lease):
            trace.add(now, "process \(number) abandons \(lease)")
            tally.note("abandon")
            processes[number]?.engines[lease]?.isShut = true
        case .note(let note): trace.add(now, "process \(number): \(note)")
        case .stopped:
            trace.add(now, "process \(number) stopped")
            tally.note("stopped")
            try checkGoodbye(number)
            end(number)
        }
    }

    mutating func send(_ id: CallID, _ call: StoreCall, by number: Int) throws {
        trace.add(now, "process \(number) sends \(call)")
        let isLate = happens(call.isWriteOfHolder ? max(plan.late, plan.lateWrites) : plan.late)
        if isLate { fault(number, "late request") }
        let delay = isLate ? .seconds(24) * random.fraction() : lag()
        agenda.add(.ask(process: number, id, call, decidedAt: now), at: now + delay)
    }

    /// A request reaches the store; what comes back may be late, wrong or nothing.
    mutating func ask(_ number: Int, _ id: CallID, _ call: StoreCall, _ decidedAt: Duration) throws {
        if let process = processes[number], process.cutOffUntil > now {
            fault(number, "cut off")
            if random.fraction() < 0.5 { return }
            let failure = StoreAnswer.failed(ScriberrError(.storageFailed, "The store cannot be reached."))
            agenda.add(.deliver(process: number, .answered(id, failure)), at: now + lag())
            return
        }
        if happens(plan.never) {
            fault(number, "no answer")
            if random.fraction() < 0.5 { try arrive(call, from: number, decidedAt: decidedAt) }
            return
        }
        let failure = StoreAnswer.failed(ScriberrError(.storageFailed, "The store failed."))
        var answer: StoreAnswer
        if happens(call.isEnd ? max(plan.failBefore, plan.failEnds) : plan.failBefore) {
            note("store fails", of: call, for: number)
            answer = failure
        } else {
            answer = try arrive(call, from: number, decidedAt: decidedAt)
            if happens(plan.failAfter) {
                note("answer lost", of: call, for: number)
                answer = failure
            }
        }
        let isLate = happens(plan.late)
        if isLate { fault(number, "late answer") }
        agenda.add(
            .deliver(process: number, .answered(id, answer)),
            at: now + (isLate ? .seconds(10) * random.fraction() : lag())
        )
    }

    /// A failed call is a fault of its process, except for an end that is simply written again: that must not cost a lease.
    mutating func note(_ what: String, of call: StoreCall, for number: Int) {
        if call.isEnd, max(plan.failBefore, plan.failEnds) + plan.failAfter < 0.15 {
            tally.note(what)
            trace.add(now, "process \(number): \(what)")
        } else {
            fault(number, what)
        }
    }

    @discardableResult
    mutating func arrive(_ call: StoreCall, from number: Int, decidedAt: Duration) throws -> StoreAnswer {
        let record = processes[number]?.record ?? InstanceRecord.dead(number, seats: plan.seats)
        let answer = try store.answer(call, from: record)
        try note(answer, to: call, of: number, decidedAt)
        return answer
    }

    /// What an answer means for the rules that span processes.
    mutating func note(_ answer: StoreAnswer, to call: StoreCall, of number: Int, _ decidedAt: Duration) throws {
        trace.add(now, "store answers \(number): \(answer)")
        let until = decidedAt + configuration.leaseTimeout
        switch answer {
        case .claimed(let claimed):
            for job in claimed.jobs {
                grants[job.lease] = until
                claims[job.lease] = (number, now)
                tally.note("claim")
            }
        case .renewed(let leases):
            for each in leases where each.fenced != .leaseLost { grants[each.lease] = max(grants[each.lease] ?? .zero, until) }
        case .recovered(let jobs): for job in jobs { try checkCrash(job) }
        case .finished(let fenced): if case .finish(_, let write, _) = call { tally.note("\(write.name) \(fenced)") }
        default: break
        }
    }

    /// A crash may be charged only to an attempt whose process had trouble.
    private mutating func checkCrash(_ job: RecoveredJob) throws {
        tally.note("recovered \(job.fate)")
        guard plan.hasSteadyClocks, let claim = claims[job.lease], let process = processes[claim.process] else { return }
        try require(process.hadTrouble(since: claim.at), "an attempt in good health is not taken away", "\(job)")
    }

    /// A process that was in good health leaves nothing for others to recover.
    private func checkGoodbye(_ number: Int) throws {
        guard let process = processes[number], !process.hadTrouble(since: process.stoppingSince ?? now) else { return }
        let left = store.oracle.jobs.values.first { $0.status == .processing && $0.claimedBy == process.record.id }
        try require(left == nil, "a process that stops in order hands its jobs back", "\(String(describing: left))")
    }

    mutating func fault(_ number: Int, _ what: String) {
        trace.add(now, "process \(number): \(what)")
        tally.note(what)
        processes[number]?.lastFaultAt = now
        idleDeadlines = idleDeadlines.filter { $0.value.process != number }
        cancelDeadlines = cancelDeadlines.filter { job, _ in
            !(processes[number]?.engines.values.contains { $0.lease.job == job } ?? false)
        }
    }

    /// The clocks of several processes were moved: whoever runs may lose what it has.
    mutating func faultAll(_ what: String) {
        for number in processes.keys.sorted() { fault(number, what) }
        cancelDeadlines = [:]
    }
}

extension StoreCall {
    fileprivate var isEnd: Bool { if case .finish = self { true } else { false } }

    fileprivate var isWriteOfHolder: Bool {
        switch self {
        case .finish, .renew: true
        default: false
        }
    }
}

extension InstanceRecord {
    /// The sender of a request that outlived its process: nobody sits on its seat.
    static func dead(_ number: Int, seats: Int) -> InstanceRecord {
        InstanceRecord(
            id: InstanceID(trusted: "inst_\(number)"),
            host: "host",
            processID: number,
            version: "simulated",
            exclusiveSeat: nil,
            slots: 1,
            startedAt: Timestamp(microseconds: 0)
        )
    }
}
