import ScriberrCore
import ScriberrStore
import Testing

@Suite struct `Lanes` {
    @Test(arguments: JobStoreDriver.allCases)
    func `are not kept before somebody claims by them`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...3 { try await world.enqueue(number) }
            let lease = try #require(try await world.claim().first?.lease)
            #expect(try await world.store.release(lease, at: world.now) == .applied)
            #expect(try await world.laneCount() == 0)
            #expect(try await world.claim(maxRunningPerOwner: 1).count == 1)
            #expect(try await world.laneCount() == 1)
        }
    }

    @Test(arguments: JobStoreDriver.allCases, SchedulingPolicy.allCases)
    func `hold what was there before they were kept`(_ driver: JobStoreDriver, _ policy: SchedulingPolicy) async throws {
        try await JobStoreWorld.with(driver) { world in
            let later = try await world.enqueue(1, runAfter: world.now + .seconds(60))
            let running = try await world.running(2)
            let mine = try await world.enqueue(3)
            let urgent = try await world.enqueue(4, priority: 1)
            let theirs = try await world.enqueue(5, owner: world.other)
            let claimed = try await world.claim(9, policy: policy, maxRunningPerOwner: 9).map(\.lease.job)
            #expect(claimed.first == urgent)
            #expect(Set(claimed) == [urgent, mine, theirs])

            #expect(try await world.store.release(running, at: world.now) == .applied)
            #expect(try await world.claim(9, policy: policy, maxRunningPerOwner: 9).map(\.lease.job) == [running.job])
            world.advance(by: .seconds(61))
            #expect(try await world.claim(9, policy: policy, maxRunningPerOwner: 9).map(\.lease.job) == [later])
        }
    }
}

extension JobStoreWorld {
    fileprivate func laneCount() async throws -> Int {
        try await database.read { try $0.query("SELECT count(*) AS lanes FROM queue_lanes", []).first?.int("lanes") ?? -1 }
    }
}
