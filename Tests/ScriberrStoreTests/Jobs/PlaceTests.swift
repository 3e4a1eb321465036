import ScriberrCore
import ScriberrStore
import Testing

@Suite struct `A place in line` {
    @Test(arguments: JobStoreDriver.allCases)
    func `counts who goes first`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...6 { try await world.enqueue(number) }
            try await world.enqueue(7, priority: 1)
            let place = try await world.place(TranscriptionID(trusted: "tr_" + padded(6)))
            #expect(place?.ahead == 6)
            #expect(place?.reason == .inLine)
            #expect(place?.wait == nil, "Nothing was measured yet.")
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `is no place once the job runs`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(try await world.place(lease.job) == nil)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `tells the waiting time from the measured speed`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            world.advance(by: .seconds(10))
            // 20 seconds of audio in 10 seconds; four slots.
            #expect(try await world.store.complete(lease, someResult, at: world.now) == .applied)
            for number in 2...5 { try await world.enqueue(number, audioSeconds: 80) }
            #expect(try await world.claim(4).count == 4)
            let first = try await world.enqueue(6, audioSeconds: 80)
            let second = try await world.enqueue(7)
            world.advance(by: .seconds(20))
            #expect(try await world.place(first)?.wait == .seconds(20), "Four times 20 seconds left, by four workers.")
            #expect(try await world.place(second)?.wait == .seconds(30))
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `says why nothing happens`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let running = try await world.running()
            let next = try await world.enqueue(2)
            #expect(try await world.place(next)?.reason == .next)
            #expect(try await world.place(next, maxRunningPerOwner: 1)?.reason == .ownerAtLimit)
            let later = world.now + .seconds(60)
            #expect(try await world.store.fail(running, someFailure, retryAt: later, at: world.now) == .applied)
            #expect(try await world.place(running.job)?.reason == .notBefore(later))
            try await world.store.unregister(world.instance)
            #expect(try await world.place(next)?.reason == .noWorker)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `by fair share lies behind what others may still take`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            // PostgreSQL keeps lanes once a worker asks by them, as workers do from their start on.
            #expect(try await world.claim(policy: .fairShare).isEmpty)
            for number in 1...100 { try await world.enqueue(number, audioSeconds: 59) }
            for number in 101...103 { try await world.enqueue(number, owner: world.other, audioSeconds: 119) }
            let last = TranscriptionID(trusted: "tr_" + padded(103))
            let place = try #require(try await world.place(last, policy: .fairShare))
            let order = try await world.claim(103, policy: .fairShare).map(\.lease.job)
            let turn = try #require(order.firstIndex(of: last))
            #expect(abs(place.ahead - turn) <= 1, "Told \(place.ahead), came \(turn).")
        }
    }
}

extension JobStoreWorld {
    func place(
        _ id: TranscriptionID,
        policy: SchedulingPolicy = .fifo,
        maxRunningPerOwner: Int? = nil
    ) async throws -> JobPlace? {
        let rules = LineRules(
            policy: policy,
            maxRunningPerOwner: maxRunningPerOwner,
            deadBefore: now - .seconds(60),
            now: now
        )
        let job = try await job(id)
        return try await database.read { try JobSQL.place($0, of: job, rules) }
    }
}
