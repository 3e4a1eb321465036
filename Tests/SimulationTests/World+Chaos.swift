import ScriberrCore
import ScriberrStore

@testable import ScriberrQueue

/// Clients, and everything that nobody asked for.
extension World {
    mutating func create() throws {
        jobCount += 1
        var job = Transcription(
            id: TranscriptionID(trusted: "tr_\(jobCount)"),
            owner: UserID(Int64.random(in: 1...Int64(plan.owners), using: &random)),
            fileID: FileID(trusted: "file_1"),
            title: "Job \(jobCount)",
            options: TranscriptionOptions(),
            priority: random.fraction() < 0.8 ? 0 : 1,
            audioSeconds: Double(Int.random(in: 10...90, using: &random)),
            createdAt: wall(of: 0)
        )
        if random.fraction() < 0.1 { job.runAfter = job.createdAt + .seconds(5) }
        // Only what can be claimed at once brings work.
        let taken = job.runAfter > job.createdAt ? nil : takeOffer()
        let mishap: TransactionMishap? = happens(plan.failAfter) ? .commitFails : happens(plan.failBefore) ? .claimFails : nil
        let claimed = try store.create(job, standing: taken?.request, mishap)
        if let taken { settle(taken, claimed) }
        if mishap == .commitFails {
            // The client was told so, and asks again.
            trace.add(now, "\(job.id) is not created")
            tally.note("creation failed")
            jobCount -= 1
            agenda.add(.create, at: now + lag())
            return
        }
        trace.add(now, "\(job.id) is created")
        if random.fraction() < 0.9 { try wakeAll() }
    }

    private mutating func wakeAll() throws {
        for number in processes.keys.sorted() { agenda.add(.deliver(process: number, .wake), at: now + lag()) }
    }

    mutating func chaos() throws {
        guard !isCalm else { return }
        agenda.add(.chaos, at: now + .milliseconds(250))
        let beat = 0.25
        for number in processes.keys.sorted() {
            guard let process = processes[number] else { continue }
            if happens(plan.kill * beat) {
                kill(number)
            } else if !process.isPaused, happens(plan.pause * beat) {
                pause(number)
            } else if happens(plan.outage * beat) {
                fault(number, "outage")
                let end = moments(upTo: .seconds(20))
                processes[number]?.cutOffUntil = end
            } else if !process.isPaused, happens(plan.shutdown * beat) {
                trace.add(now, "process \(number) shall stop")
                tally.note("shutdown")
                try deliver(.shutdown, to: number)
                if happens(0.3) { agenda.add(.deliver(process: number, .shutdown), at: moments(upTo: .seconds(3))) }
            }
        }
        if happens(plan.cancel * beat) { try cancelSome() }
        if happens(plan.delete * beat) { try deleteSome() }
        if happens(plan.clockJump * beat) { jump() }
    }

    private mutating func kill(_ number: Int) {
        fault(number, "killed")
        end(number)
    }

    private mutating func pause(_ number: Int) {
        fault(number, "paused")
        processes[number]?.isPaused = true
        agenda.add(.resume(process: number), at: moments(upTo: .seconds(random.fraction() < 0.5 ? 3 : 25)))
    }

    /// What waited comes all at once, in any order.
    mutating func resume(_ number: Int) {
        guard var process = processes[number], process.isPaused else { return }
        process.isPaused = false
        process.isDazed = true
        process.stoppingSince = process.stoppingSince.map { _ in now }
        let held = process.held
        process.held = []
        process.tickNumber += 1
        processes[number] = process
        fault(number, "resumed")
        for entry in held {
            if case .tick = entry { continue }
            agenda.add(entry, at: moments(upTo: .milliseconds(20)))
        }
        agenda.add(.tick(process: number, number: process.tickNumber), at: moments(upTo: .milliseconds(20)))
    }

    private mutating func cancelSome() throws {
        guard let job = anyJob() else { return }
        let answer = try store.requestCancel(job.id, owner: job.owner, at: wall(of: 0))
        trace.add(now, "cancel of \(job.id): \(String(describing: answer))")
        tally.note("cancel")
        guard case .stopping(let lease)? = answer, let claim = claims[lease] else { return }
        // Only the worker's own process is told; when it is not, the next renewal tells it.
        let isTold = random.fraction() < 0.5
        if isTold { agenda.add(.deliver(process: claim.process, .cancelRequested(lease)), at: now + lag()) }
        let process = processes[claim.process]
        if plan.hasSteadyClocks, let process, process.engines[lease] != nil, !process.hadTrouble(since: now) {
            let hearing = isTold ? Duration.zero : configuration.renewInterval
            cancelDeadlines[job.id] = now + hearing + configuration.stopGrace + .milliseconds(600)
        }
    }

    private mutating func deleteSome() throws {
        guard let job = anyJob() else { return }
        let deleted = try store.delete(job.id, owner: job.owner, at: wall(of: 0))
        trace.add(now, "\(job.id) is deleted")
        tally.note("delete")
        cancelDeadlines[job.id] = nil
        guard let lease = deleted?.lease, let claim = claims[lease] else { return }
        if let process = processes[claim.process], process.engines[lease] != nil, !process.hadTrouble(since: now) {
            idleDeadlines[lease] = (
                claim.process, now + configuration.renewInterval + configuration.stopGrace + .milliseconds(600)
            )
        }
        guard random.fraction() < 0.5 else { return }
        agenda.add(.deliver(process: claim.process, .refused(lease)), at: now + lag())
    }

    private mutating func anyJob() -> JobState? {
        store.oracle.jobs.values.sorted { $0.id.text < $1.id.text }.randomElement(using: &random)
    }

    /// The time of day moves: for all when the machine's clock is set, for one seat when machines disagree.
    private mutating func jump() {
        let sign = random.fraction() < 0.5 ? 1.0 : -1.0
        if random.fraction() < 0.5 {
            let distance = Duration.seconds(60) * (random.fraction() * sign)
            for seat in skews.indices { skews[seat] += distance }
        } else {
            let seat = Int.random(in: skews.indices, using: &random)
            let least = skews.min() ?? .zero
            skews[seat] = least + .seconds(3) * random.fraction()
        }
        faultAll("clock jump")
    }
}
