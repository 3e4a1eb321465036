import ScriberrCore
import Testing

@testable import ScriberrQueue

@Suite struct QueueMachineTests {
    private let storeDown = StoreAnswer.failed(ScriberrError(.storageFailed, "The store failed."))
    private let crashed = ScriberrError(.engineCrashed, "The engine crashed.")

    // MARK: Start and claims

    @Test func `work is asked for only after dead predecessors were recovered`() {
        var driver = MachineDriver()
        #expect(driver.send(.start).claimed == nil)
        #expect(driver.answer(.done) { $0.isRegister }.recoveries == 1)
        #expect(driver.answer(.recovered([])) { $0.isRecover }.claimed == 1)
    }

    @Test func `a store that is down at the start is asked again`() {
        var driver = MachineDriver()
        driver.send(.start)
        driver.answer(storeDown) { $0.isRegister }
        driver.advance(by: .milliseconds(100))
        driver.answer(.done) { $0.isRegister }
        driver.answer(storeDown) { $0.isRecover }
        #expect(driver.open.contains { $0.call.isClaim })
    }

    @Test func `a claim asks for the free slots`() {
        var driver = MachineDriver(QueueConfiguration(workers: 3, leaseTimeout: .seconds(60)))
        driver.begin()
        driver.give([.sample(1)])
        #expect(driver.send(.wake).claimed == 2)
        #expect(driver.send(.wake).claimed == nil, "one claim at a time")
        #expect(driver.give([.sample(2), .sample(3)]).claimed == nil, "no slot is free")
    }

    @Test func `the next claim follows at once after a job`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        #expect(driver.give([job]).run == [job.lease])
        let actions = driver.send(.ended(job.lease, .completed(.sample)))
        #expect(actions.writes.count == 1)
        #expect(actions.claimed == 1, "The claim travels with the result.")
        #expect(driver.answer(.finished(.applied)) { $0.isFinish }.claimed == nil, "One claim at a time.")
        #expect(driver.give([]).claimed == 1, "The result may have made room that the claim came too early for.")
    }

    @Test(arguments: [
        AttemptOutcome.completed(.sample), .failed(ScriberrError(.engineCrashed, "The engine ended.")),
        .failed(ScriberrError(.mediaUnreadable, "No audio.")),
    ])
    func `the next claim travels with any end of a job`(_ outcome: AttemptOutcome) {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        let actions = driver.send(.ended(job.lease, outcome))
        #expect(actions.writes.count == 1)
        #expect(actions.claimed == 1)
    }

    @Test func `no claim travels with a job that is handed back`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        let actions = driver.send(.ended(job.lease, .released))
        #expect(actions.writes == [.release])
        #expect(actions.claimed == nil)
    }

    @Test func `results that come together are stored together, with one claim for all their slots`() {
        var driver = MachineDriver(QueueConfiguration(workers: 4, leaseTimeout: .seconds(60)))
        driver.begin()
        let jobs = (1...4).map { ClaimedJob.sample($0) }
        driver.give(jobs)
        driver.give([])
        let actions = driver.send([.wake] + jobs.map { .ended($0.lease, .completed(.sample)) })
        #expect(actions.writes.count == 4)
        #expect(actions.claimed == 4)
        #expect(actions.count { if case .call(_, .claim) = $0 { true } else { false } } == 1)
    }

    @Test func `orders that come together are followed one after the other`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        let actions = driver.send([.shutdown, .shutdown])
        #expect(actions.asked == [.shutdown])
        #expect(actions.stopped == [.shutdown])
    }

    @Test func `a result that could not be stored holds its slot`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        driver.send(.ended(job.lease, .completed(.sample)))
        driver.answer(storeDown) { $0.isFinish }
        #expect(driver.give([]).claimed == nil)
        driver.advance(by: .milliseconds(50))
        #expect(driver.send(.wake).claimed == nil)
        #expect(driver.answer(.finished(.applied)) { $0.isFinish }.claimed == 1)
    }

    @Test func `results that are never answered hold up new work in the end`() {
        var driver = MachineDriver()
        driver.begin()
        for number in 1...2 {
            driver.give([.sample(number)])
            driver.send(.ended(ClaimedJob.sample(number).lease, .completed(.sample)))
        }
        driver.give([])
        #expect(!driver.open.contains { $0.call.isClaim })
        #expect(driver.send(.wake).claimed == nil)
    }

    @Test func `a job that goes back is stored before more work is asked for`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        #expect(driver.send(.ended(job.lease, .released)).claimed == nil)
    }

    @Test func `a wake-up during a claim is not lost`() {
        var driver = MachineDriver()
        driver.begin()
        driver.send(.wake)
        #expect(driver.give([]).claimed == 1)
        #expect(driver.give([]).claimed == nil)
    }

    @Test func `without news the queue is polled, and earlier when a job becomes due`() {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        #expect(driver.advance(by: .seconds(3)).claimed == 1)
        driver.give([], nextDue: driver.wall + .milliseconds(300))
        #expect(driver.advance(by: .milliseconds(290)).claimed == nil)
        #expect(driver.advance(by: .milliseconds(20)).claimed == 1)
    }

    @Test func `a failed claim is made again after a growing wait`() {
        var driver = MachineDriver()
        driver.begin()
        for wait in [50, 100, 200] {
            driver.answer(storeDown) { $0.isClaim }
            #expect(driver.advance(by: .milliseconds(wait - 1)).claimed == nil)
            #expect(driver.advance(by: .milliseconds(1)).claimed == 1)
        }
    }

    @Test func `a job that arrives after its lease is not started`() {
        var driver = MachineDriver()
        driver.begin()
        driver.advance(by: .seconds(51))
        #expect(driver.give([.sample(1)]).run.isEmpty)
    }

    @Test func `a paused machine claims nothing`() {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        driver.send(.pause)
        #expect(driver.send(.wake).claimed == nil)
        #expect(driver.advance(by: .seconds(60)).claimed == nil)
        #expect(driver.send(.resume).claimed == 1)
    }

    // MARK: Leases

    @Test func `all leases are renewed in one call`() {
        var driver = MachineDriver(QueueConfiguration(workers: 2, leaseTimeout: .seconds(60)))
        driver.begin()
        let jobs = [ClaimedJob.sample(1), .sample(2)]
        driver.give(jobs)
        #expect(driver.advance(by: .seconds(5)).renewed == [jobs.map(\.lease)])
    }

    @Test func `a lease that no renewal keeps is given up before it ends`() {
        var driver = MachineDriver()
        driver.begin()
        driver.give([.sample(1)])
        #expect(driver.advance(by: .milliseconds(49_990)).stopped.isEmpty)
        let actions = driver.advance(by: .milliseconds(10))
        #expect(actions.stopped == [.leaseLost])
        #expect(actions.writes.isEmpty)
    }

    @Test func `a renewal counts from when it was asked for`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        driver.advance(by: .seconds(5))
        driver.advance(by: .seconds(40))
        let kept = StoreAnswer.renewed([LeaseAnswer(lease: job.lease, fenced: .applied)])
        driver.answer(kept) { $0.isRenew }
        #expect(driver.advance(by: .milliseconds(9_990)).stopped.isEmpty)
        #expect(driver.advance(by: .milliseconds(20)).stopped == [.leaseLost])
    }

    @Test(arguments: [Fenced.leaseLost, .appliedButCancelRequested])
    func `what a renewal says is acted on at once`(fenced: Fenced) {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        driver.advance(by: .seconds(5))
        let actions = driver.answer(.renewed([LeaseAnswer(lease: job.lease, fenced: fenced)])) { $0.isRenew }
        #expect(actions.stopped == [fenced == .leaseLost ? .leaseLost : .cancel])
    }

    @Test func `nothing is written for an attempt that lost its lease, however it ends`() {
        for outcome in [AttemptOutcome.completed(.sample), .failed(crashed), .canceled, .released, .leaseLost] {
            var driver = MachineDriver()
            driver.begin()
            let job = ClaimedJob.sample(1)
            driver.give([job])
            driver.send(.refused(job.lease))
            let actions = driver.send(.ended(job.lease, outcome))
            #expect(actions.writes.isEmpty)
            #expect(actions.claimed == 1, "the slot is free again")
        }
    }

    @Test func `a process that cannot say that it lives stops its work and hands it back`() {
        var configuration = QueueConfiguration(leaseTimeout: .seconds(600))
        configuration.deadAfter = .seconds(60)
        var driver = MachineDriver(configuration)
        driver.begin()
        driver.give([.sample(1)])
        driver.advance(by: .seconds(5))
        // No heartbeat is answered from here on.
        var actions: [QueueAction] = []
        for _ in 0..<60 {
            driver.advanceSilently(by: .seconds(1))
            actions += driver.send(.tick)
        }
        #expect(actions.stopped == [.leaseLost])
        #expect(actions.writes == [.release])
        #expect(actions.claimed == nil)
    }

    @Test func `a jump of the wall clock renews before anybody reaps`() {
        var driver = MachineDriver()
        driver.begin()
        driver.give([.sample(1)])
        driver.advance(by: .seconds(1))
        let actions = driver.advance(by: .seconds(1), jump: .seconds(3_600))
        #expect(actions.renewed.count == 1)
        #expect(actions.recoveries == 0)
        #expect(actions.stopped.isEmpty)
    }

    // MARK: Ends

    @Test func `an end that is not stored is written again, and lost with the lease`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        var writes = driver.send(.ended(job.lease, .completed(.sample))).writes
        while driver.now < .seconds(60), driver.open.contains(where: { $0.call.isFinish }) {
            driver.answer(storeDown) { $0.isFinish }
            writes += driver.advance(by: .seconds(5)).writes
        }
        #expect(writes.count > 5)
        #expect(writes.allSatisfy { $0 == .complete(.sample) })
        #expect(driver.machine.statistics.running.isEmpty)
        #expect(driver.machine.statistics.counts.leasesLost == 1)
    }

    @Test func `an end that was stored although the answer was lost is not written twice`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        driver.send(.ended(job.lease, .completed(.sample)))
        driver.answer(storeDown) { $0.isFinish }
        driver.advance(by: .seconds(1))
        driver.answer(.finished(.leaseLost)) { $0.isFinish }
        #expect(driver.advance(by: .seconds(30)).writes.isEmpty)
    }

    @Test func `a cancel stops the handler and is written when it has ended`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        let actions = driver.send(.cancelRequested(job.lease))
        #expect(actions.stopped == [.cancel])
        #expect(actions.writes.isEmpty)
        #expect(driver.send(.ended(job.lease, .failed(crashed))).writes == [.cancel])
    }

    @Test func `a handler that is deaf to a cancel is left behind`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        driver.send(.cancelRequested(job.lease))
        let actions = driver.advance(by: .seconds(3))
        #expect(actions.abandoned == 1)
        #expect(actions.writes == [.cancel])
        #expect(actions.claimed == 1)
        driver.answer(.finished(.applied)) { $0.isFinish }
        #expect(driver.send(.ended(job.lease, .completed(.sample))).writes.isEmpty)
    }

    @Test func `handlers that were left behind hold slots once there are as many as workers`() {
        var driver = MachineDriver()
        driver.begin()
        var actions: [QueueAction] = []
        for number in 1...2 {
            let job = ClaimedJob.sample(number)
            driver.give([job])
            driver.send(.cancelRequested(job.lease))
            driver.advance(by: .seconds(3))
            actions = driver.answer(.finished(.applied)) { $0.isFinish }
        }
        #expect(actions.claimed == nil)
        #expect(driver.send(.ended(ClaimedJob.sample(1).lease, .canceled)).claimed == 1)
    }

    @Test func `silence is a stall, and a stall is a timeout that may be tried again`() throws {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1, audioSeconds: nil)
        driver.give([job])
        driver.keep(job.lease, for: .seconds(595))
        driver.send(.active(job.lease))
        #expect(driver.keep(job.lease, for: .seconds(590)).stopped.isEmpty)
        #expect(driver.keep(job.lease, for: .seconds(11)).stopped == [.stall])
        guard case .fail(let failure, let retryAt?)? = driver.send(.ended(job.lease, .released)).writes.first else {
            Issue.record("A stalled attempt should be tried again.")
            return
        }
        #expect(failure.code == .engineTimeout)
        #expect(retryAt > driver.wall)
    }

    @Test func `an attempt that takes far longer than its audio is stopped`() {
        var configuration = QueueConfiguration(leaseTimeout: .seconds(60))
        configuration.limits.stall = .seconds(1_000_000)
        var driver = MachineDriver(configuration)
        driver.begin()
        let job = ClaimedJob.sample(1, audioSeconds: 100)
        driver.give([job])
        #expect(driver.keep(job.lease, for: .seconds(900 + 795)).stopped.isEmpty)
        #expect(driver.keep(job.lease, for: .seconds(10)).stopped == [.timeout])
    }

    // MARK: Shutdown

    @Test func `a stop asks first, then tells, then leaves, within its deadline`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        #expect(driver.send(.shutdown).asked == [.shutdown])
        #expect(driver.advance(by: .seconds(2)).stopped.isEmpty)
        #expect(driver.advance(by: .seconds(1)).stopped == [.shutdown])
        let actions = driver.advance(by: .seconds(3))
        #expect(actions.abandoned == 1)
        #expect(actions.writes == [.release])
        driver.answer(.finished(.applied)) { $0.isFinish }
        #expect(driver.answer(.done) { $0.isUnregister }.hasStopped)
        #expect(driver.now < .seconds(10))
    }

    @Test func `a handler that ends when asked is released without a charge`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        driver.send(.shutdown)
        #expect(driver.send(.ended(job.lease, .released)).writes == [.release])
        driver.answer(.finished(.applied)) { $0.isFinish }
        #expect(driver.answer(.done) { $0.isUnregister }.hasStopped)
    }

    @Test func `said again, a stop tells at once, and leaves the third time`() {
        var driver = MachineDriver()
        driver.begin()
        driver.give([.sample(1)])
        #expect(driver.send(.shutdown).partings == 1)
        let second = driver.send(.shutdown)
        #expect(second.stopped == [.shutdown])
        #expect(second.partings == 0, "That it stops was said.")
        let actions = driver.send(.shutdown)
        #expect(actions.abandoned == 1)
        #expect(actions.writes == [.release])
    }

    @Test func `a stop waits for a claim that is on its way and gives its job back`() {
        var driver = MachineDriver()
        driver.begin()
        driver.send(.shutdown)
        let actions = driver.give([.sample(1)])
        #expect(actions.run.isEmpty)
        #expect(actions.writes == [.release])
    }

    @Test func `a store that never answers does not hold up a stop`() {
        var driver = MachineDriver()
        driver.begin()
        driver.give([.sample(1)])
        driver.send(.shutdown)
        #expect(driver.advance(by: .seconds(30)).hasStopped)
        #expect(driver.machine.nextDeadline == nil)
    }

    @Test func `a machine that was never started stops at once`() {
        var driver = MachineDriver()
        #expect(driver.send(.shutdown).hasStopped)
    }
}

extension MachineDriver {
    /// Goes on while every renewal is answered.
    @discardableResult
    mutating func keep(_ lease: Lease, for duration: Duration) -> [QueueAction] {
        var actions: [QueueAction] = []
        let end = now + duration
        while now < end {
            actions += advance(by: min(.seconds(5), end - now))
            actions += answer(.renewed([LeaseAnswer(lease: lease, fenced: .applied)])) { $0.isRenew }
            answer(.recovered([])) { $0.isRecover }
        }
        return actions
    }
}
