import ScriberrCore

@testable import ScriberrQueue

/// An end or a claim, which may share a transaction with others that were decided with it.
struct TurnPart {
    let id: CallID
    let call: StoreCall

    init?(_ action: QueueAction) {
        guard case .call(let id, let call) = action else { return nil }
        switch call {
        case .finish, .claim: (self.id, self.call) = (id, call)
        default: return nil
        }
    }
}

/// Turns of a process: in one transaction as on SQLite, or each part by itself as on PostgreSQL.
extension World {
    mutating func send(_ turn: [TurnPart], by number: Int) throws {
        var parts: [TurnPart] = []
        for part in turn {
            switch part.call {
            case .finish(let lease, let write, _): try check(lease, write, by: number)
            case .claim: guard mayMake(part.id, by: number) else { continue }
            default: break
            }
            parts.append(part)
        }
        guard parts.count > 1, random.fraction() < 0.5 else {
            for part in parts { try send(part.id, part.call, by: number) }
            return
        }
        trace.add(now, "process \(number) sends in one turn \(parts.map(\.call))")
        tally.note("turn")
        let isLate = happens(max(plan.late, plan.lateWrites))
        if isLate { fault(number, "late request") }
        let delay = isLate ? .seconds(24) * random.fraction() : lag()
        agenda.add(.turn(process: number, parts, decidedAt: now), at: now + delay)
    }

    private func check(_ lease: Lease, _ write: TerminalWrite, by number: Int) throws {
        let isGranted = grants[lease].map { $0 > now } ?? false
        try require(isGranted, "no end is written on a lease that is over", "process \(number), \(lease)")
        let isLost = processes[number]?.engines[lease]?.stop == .leaseLost
        try require(
            !isLost || write == .release,
            "nothing is written once the lease was given up",
            "process \(number), \(lease)"
        )
    }

    /// A turn reaches the store. All of it, nothing, or all but its claim is kept.
    mutating func ask(_ number: Int, _ parts: [TurnPart], _ decidedAt: Duration) throws {
        let failed = StoreAnswer.failed(ScriberrError(.storageFailed, "The store failed."))
        let nothing = parts.map { _ in failed }
        if let process = processes[number], process.cutOffUntil > now {
            fault(number, "cut off")
            if random.fraction() < 0.5 { return }
            deliver(nothing, of: parts, to: number)
            return
        }
        if happens(plan.never) {
            fault(number, "no answer")
            if random.fraction() < 0.5 { try arrive(parts, from: number, decidedAt: decidedAt) }
            return
        }
        let end = parts[0].call
        var answers = nothing
        if happens(max(plan.failBefore, plan.failEnds)) {
            note("store fails", of: end, for: number)
            if random.fraction() < 0.5 { try arrive(parts, .commitFails, from: number, decidedAt: decidedAt) }
        } else {
            let mishap: TransactionMishap? = happens(plan.failBefore) ? .claimFails : nil
            answers = try arrive(parts, mishap, from: number, decidedAt: decidedAt)
            if happens(plan.failAfter) {
                fault(number, "answer lost")
                answers = nothing
            }
        }
        deliver(answers, of: parts, to: number)
    }

    @discardableResult
    mutating func arrive(
        _ parts: [TurnPart],
        _ mishap: TransactionMishap? = nil,
        from number: Int,
        decidedAt: Duration
    ) throws -> [StoreAnswer] {
        let answers = try store.answer(parts.map(\.call), mishap)
        if mishap == .claimFails { tally.note("claim of a turn fails") }
        for (part, answer) in zip(parts, answers) { try note(answer, to: part.call, of: number, decidedAt) }
        return answers
    }

    private mutating func deliver(_ answers: [StoreAnswer], of parts: [TurnPart], to number: Int) {
        let isLate = happens(plan.late)
        if isLate { fault(number, "late answer") }
        let time = now + (isLate ? .seconds(10) * random.fraction() : lag())
        for (part, answer) in zip(parts, answers) { agenda.add(.deliver(process: number, .answered(part.id, answer)), at: time) }
    }
}
