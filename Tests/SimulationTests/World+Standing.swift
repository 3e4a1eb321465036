import ScriberrCore

@testable import ScriberrQueue

/// A claim that was taken for a job that came, by the process whose API was asked.
struct TakenOffer {
    let process: Int
    let id: CallID
    let request: ClaimRequest
    let at: Moment
}

/// Claims that stand: made in the transaction that brings a job.
extension World {
    mutating func stand(_ offer: SimulatedOffer, by number: Int) {
        guard processes[number]?.lastTaken != offer.id else { return }
        processes[number]?.offer = offer
    }

    mutating func withdraw(_ id: CallID, by number: Int) {
        guard processes[number]?.offer?.id == id else { return }
        tally.note("standing claim withdrawn")
        processes[number]?.offer = nil
        agenda.add(.deliver(process: number, .withdrawn(id)), at: now + lag())
    }

    /// Whether a claim is to be made that may have stood before.
    mutating func mayMake(_ id: CallID, by number: Int) -> Bool {
        if processes[number]?.offer?.id == id { processes[number]?.offer = nil }
        guard processes[number]?.lastTaken == id else { return true }
        tally.note("standing claim taken before it was asked for")
        return false
    }

    /// Takes the claim that stands with the process whose API is asked, if there is one.
    mutating func takeOffer() -> TakenOffer? {
        let awake = processes.values.filter { !$0.isPaused && $0.cutOffUntil <= now }.map(\.number).sorted()
        guard let number = awake.randomElement(using: &random), let process = processes[number] else { return nil }
        guard let offer = process.offer, now < offer.until else { return nil }
        processes[number]?.offer = nil
        processes[number]?.lastTaken = offer.id
        let moment = Moment(instant: now, wall: wall(of: process.seat))
        var request = offer.request
        request.now = moment.wall
        request.leaseExpiresAt = moment.wall + configuration.leaseTimeout
        return TakenOffer(process: number, id: offer.id, request: request, at: moment)
    }

    /// Tells a process what came of its claim, after it hears that it was taken. An answer of nil is a failure.
    mutating func settle(_ taken: TakenOffer, _ claimed: ClaimAnswer?) {
        trace.add(now, "store takes the claim of \(taken.process): \(String(describing: claimed))")
        tally.note(claimed == nil ? "standing claim failed" : "standing claim")
        for job in claimed?.jobs ?? [] {
            grants[job.lease] = now + configuration.leaseTimeout
            claims[job.lease] = (taken.process, now)
        }
        var answer = StoreAnswer.failed(ScriberrError(.storageFailed, "The store failed."))
        if let claimed { answer = .claimed(claimed) }
        if claimed != nil, happens(plan.never) {
            fault(taken.process, "no answer")
            agenda.add(.taken(taken, nil, after: .zero), at: now + lag())
            return
        }
        let isLate = happens(plan.late)
        if isLate { fault(taken.process, "late answer") }
        let delay = isLate ? .seconds(10) * random.fraction() : lag()
        agenda.add(.taken(taken, answer, after: delay), at: now + lag())
    }

    /// The process hears that its claim was taken; its answer is behind that.
    mutating func hear(_ taken: TakenOffer, _ answer: StoreAnswer?, after delay: Duration) throws {
        if let answer { agenda.add(.deliver(process: taken.process, .answered(taken.id, answer)), at: now + delay) }
        try deliver(.taken(taken.id, taken.at), to: taken.process)
    }
}
