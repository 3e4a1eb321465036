import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrQueue

@Suite struct `A claim that stands` {
    @Test func `is left with the store when there is nothing to claim, for as many slots as are free`() {
        var driver = MachineDriver(QueueConfiguration(workers: 3, leaseTimeout: .seconds(60)))
        driver.begin()
        #expect(driver.standing == nil, "A claim is on its way.")
        driver.give([.sample(1)])
        #expect(driver.standing?.request.count == 2)
    }

    @Test func `is taken for a job, which starts at once and whose lease counts from then`() throws {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        driver.advance(by: .milliseconds(1_500))
        let taken = driver.take()
        let id = try #require(taken)
        #expect(driver.send(.wake).claimed == nil, "One claim at a time.")
        driver.advanceSilently(by: .seconds(10))
        let job = ClaimedJob.sample(1)
        #expect(driver.send(.answered(id, .claimed(ClaimAnswer(jobs: [job], nextDue: nil)))).run == [job.lease])
        #expect(driver.machine.attempts.first?.leaseDeadline == .milliseconds(1_500) + driver.machine.patience)
    }

    @Test func `gives way to a claim when news comes, under the same name`() throws {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        let id = try #require(driver.standing?.id)
        #expect(driver.send(.wake).claimed == 1)
        #expect(driver.open.contains { $0.id == id })
        #expect(driver.standing == nil)
        driver.give([])
        #expect(driver.standing != nil)
        #expect(driver.standing?.id != id)
    }

    @Test func `and was taken when it was to give way is answered once, and news of others is not lost`() throws {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        let id = try #require(driver.standing?.id)
        let takenAt = driver.now
        driver.advanceSilently(by: .milliseconds(5))
        driver.send(.wake)
        driver.send(.taken(id, Moment(instant: takenAt, wall: driver.wall)))
        let job = ClaimedJob.sample(1)
        #expect(driver.give([job]).run == [job.lease])
        #expect(driver.machine.attempts.first?.leaseDeadline == takenAt + driver.machine.patience)
        #expect(driver.send(.ended(job.lease, .completed(.sample))).claimed == 1)
    }

    @Test func `is taken back by a pause and by a stop`() {
        for order in [QueueEvent.pause, .shutdown] {
            var driver = MachineDriver()
            driver.begin()
            driver.give([])
            driver.send(order)
            #expect(driver.standing == nil)
            #expect(driver.send(.wake).claimed == nil)
        }
    }

    @Test func `and was taken when it was to be taken back holds up the stop, which hands its job back`() throws {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        driver.isBeingTaken = true
        driver.send(.shutdown)
        #expect(!driver.open.contains { $0.call.isUnregister })
        let taken = driver.take()
        let id = try #require(taken)
        let actions = driver.send(.answered(id, .claimed(ClaimAnswer(jobs: [.sample(1)], nextDue: nil))))
        #expect(actions.run.isEmpty)
        #expect(actions.writes == [.release])
        driver.answer(.finished(.applied)) { $0.isFinish }
        #expect(driver.open.contains { $0.call.isUnregister })
    }

    @Test func `holds as long as others take the process for alive`() throws {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        let first = try #require(driver.standing)
        #expect(first.until == driver.machine.upkeep.heardUntil)
        driver.advance(by: driver.machine.configuration.heartbeatInterval)
        while driver.open.contains(where: { $0.call.isClaim }) { driver.give([]) }
        let second = try #require(driver.standing)
        #expect(second.until > first.until)
    }

    @Test func `is not for the slot of a result that is not stored yet`() {
        var driver = MachineDriver()
        driver.begin()
        let job = ClaimedJob.sample(1)
        driver.give([job])
        driver.send(.ended(job.lease, .completed(.sample)))
        driver.give([])
        #expect(driver.standing == nil)
        driver.answer(.finished(.applied)) { $0.isFinish }
        driver.give([])
        #expect(driver.standing != nil)
    }

    @Test func `that fails is followed by claims after a wait`() throws {
        var driver = MachineDriver()
        driver.begin()
        driver.give([])
        let taken = driver.take()
        let id = try #require(taken)
        driver.send(.answered(id, .failed(ScriberrError(.storageFailed, "The store failed."))))
        #expect(driver.standing == nil)
        #expect(driver.advance(by: .milliseconds(50)).claimed == 1)
    }
}

@Suite(.timeLimit(.minutes(15))) struct `A queue whose store makes claims that stand` {
    @Test func `runs a job that nobody announces, and none once it has stopped`() async throws {
        let store = InMemoryJobStore(makesStandingClaims: true)
        try await withQueue(store: store, script: { _, _ in .completed(.sample) }) { world in
            let first = Transcription.sample(1)
            #expect(await store.createWhenClaimStands(first))
            #expect(await world.becomes(first.id, .completed))
        }
        let late = Transcription.sample(3)
        store.create(late)
        #expect(store.table.jobs[late.id]?.status == .queued)
    }
}

@Suite struct `An offer` {
    private let request = ClaimRequest(instance: InstanceID(trusted: "inst_1"), count: 1, leaseExpiresAt: .zero, now: .zero)

    private func offer(_ events: EventList, at instant: Duration = .seconds(5)) -> StandingOffer {
        let moment = Moment(instant: instant, wall: Timestamp(microseconds: 7_000_000))
        return StandingOffer(leaseTimeout: .seconds(60), now: { moment }, report: { events.add($0) })
    }

    @Test func `is taken once, with the times of that moment`() throws {
        let events = EventList()
        let offer = offer(events)
        #expect(offer.take() == nil)
        offer.stand(CallID(number: 1), request, until: .seconds(6))
        let taken = try #require(offer.take())
        #expect(taken.request.now == Timestamp(microseconds: 7_000_000))
        #expect(taken.request.leaseExpiresAt == Timestamp(microseconds: 67_000_000))
        #expect(events.names == ["taken 1"])
        #expect(offer.take() == nil)
        offer.stand(CallID(number: 1), request, until: .seconds(9))
        #expect(offer.take() == nil, "Its name was used.")
        #expect(!offer.mayBeMade(CallID(number: 1)))
        taken.answer(.success(ClaimAnswer(jobs: [], nextDue: nil)))
        #expect(events.names == ["taken 1", "answered 1"])
    }

    @Test func `is not taken after its time, nor after it was taken back or made by its owner`() {
        let events = EventList()
        let offer = offer(events)
        offer.stand(CallID(number: 1), request, until: .seconds(5))
        #expect(offer.take() == nil)
        offer.withdraw(CallID(number: 1))
        offer.withdraw(CallID(number: 1))
        #expect(events.names == ["withdrawn 1"])
        offer.stand(CallID(number: 2), request, until: .seconds(6))
        #expect(offer.mayBeMade(CallID(number: 2)))
        #expect(offer.take() == nil)
        #expect(offer.mayBeMade(CallID(number: 3)), "It never stood.")
    }
}
