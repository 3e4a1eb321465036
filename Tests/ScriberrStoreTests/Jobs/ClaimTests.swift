import ScriberrCore
import ScriberrStore
import Testing

@Suite struct `Claiming a job` {
    @Test(arguments: JobStoreDriver.allCases)
    func `gives it a lease, an attempt and an execution`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let id = try await world.enqueue(1)
            world.advance(by: .seconds(1))
            let claimed = try #require(try await world.claim().first)

            #expect(claimed.lease == Lease(job: id, attempt: 1))
            let job = try await world.job(id)
            #expect(job == claimed.job)
            #expect(job.status == .processing)
            #expect(job.stage == .preparing)
            #expect(job.attempt == 1)
            #expect(job.claimedBy == world.instance)
            #expect(job.leaseExpiresAt == world.now + .seconds(30))
            #expect(job.startedAt == world.now)
            let executions = try await world.executions(id)
            #expect(executions.map(\.number) == [1])
            #expect(executions.first?.id == claimed.execution)
            #expect(executions.first?.status == .processing)
            #expect(
                try await world.eventTypes(id) == ["transcription.created", "transcription.queued", "transcription.progress"]
            )
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `answers nothing when nothing waits`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let answer = try await world.store.claim(world.request())
            #expect(answer == ClaimAnswer(jobs: [], nextDue: nil))
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `never gives away more than was asked for`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...5 { try await world.enqueue(number) }
            #expect(try await world.claim(3).count == 3)
            #expect(try await world.claim(3).count == 2)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `goes by priority, then by the time in line, then by creation and id`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let second = try await world.enqueue(2)
            let first = try await world.enqueue(1)
            world.advance(by: .seconds(1))
            let later = try await world.enqueue(0)
            let urgent = try await world.enqueue(9, priority: 1)
            #expect(try await world.claim(4).map(\.lease.job) == [urgent, first, second, later])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `leaves a job alone until its time has come, and tells when that is`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let due = world.now + .seconds(10)
            let id = try await world.enqueue(1, runAfter: due)
            let answer = try await world.store.claim(world.request())
            #expect(answer == ClaimAnswer(jobs: [], nextDue: due))
            world.advance(by: .seconds(10))
            #expect(try await world.claim().map(\.lease.job) == [id])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `keeps to the limit of running jobs per owner`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...5 { try await world.enqueue(number) }
            let other = try await world.enqueue(6, owner: world.other)
            let claimed = try await world.claim(4, maxRunningPerOwner: 2)
            #expect(claimed.map(\.job.owner) == [world.owner, world.owner, world.other])
            #expect(claimed.last?.lease.job == other)
            #expect(try await world.claim(4, maxRunningPerOwner: 2).isEmpty)

            let first = try #require(claimed.first)
            #expect(try await world.store.complete(first.lease, someResult, at: world.now) == .applied)
            #expect(try await world.claim(4, maxRunningPerOwner: 2).count == 1)
        }
    }
}

@Suite struct `Sharing fairly` {
    @Test(arguments: JobStoreDriver.allCases)
    func `delays a single job by at most one of five hundred`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...500 { try await world.enqueue(number, audioSeconds: 60) }
            for _ in 1...20 {
                let lease = try #require(try await world.claim(policy: .fairShare).first?.lease)
                #expect(try await world.store.complete(lease, someResult, at: world.now) == .applied)
            }
            world.advance(by: .seconds(1))
            let single = try await world.enqueue(501, owner: world.other, audioSeconds: 3_600)
            let next = try await world.claim(2, policy: .fairShare).map(\.lease.job)
            #expect(next.contains(single), "At most one other job goes before it.")
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `gives owners equal audio time, not equal numbers of jobs`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...40 { try await world.enqueue(number, audioSeconds: 59) }
            for number in 41...50 { try await world.enqueue(number, owner: world.other, audioSeconds: 299) }
            let claimed = try await world.claim(24, policy: .fairShare)
            let short = claimed.filter { $0.job.owner == world.owner }.count
            #expect((19...21).contains(short), "Five jobs of a minute weigh as much as one of five.")
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `does not let an owner save up by doing nothing`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...100 { try await world.enqueue(number, audioSeconds: 60) }
            _ = try await world.claim(50, policy: .fairShare)
            for number in 101...140 { try await world.enqueue(number, owner: world.other, audioSeconds: 60) }
            let owners = try await world.claim(20, policy: .fairShare).map(\.job.owner)
            let mine = owners.filter { $0 == world.owner }.count
            #expect((9...11).contains(mine), "From now on both get half, got \(mine) of 20.")
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `puts a higher priority before any share`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...3 { try await world.enqueue(number) }
            _ = try await world.claim(2, policy: .fairShare)
            try await world.enqueue(4, owner: world.other)
            let urgent = try await world.enqueue(5, priority: 1)
            #expect(try await world.claim(policy: .fairShare).map(\.lease.job) == [urgent])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `charges nothing for an attempt that is not charged`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            try await world.enqueue(1, audioSeconds: 600)
            try await world.enqueue(2, owner: world.other, audioSeconds: 600)
            let free = FailureReport(code: .storageFailed, message: "It is away.", chargesAttempt: false)
            for _ in 1...2 {
                let first = try #require(try await world.claim(policy: .fairShare).first)
                #expect(first.job.owner == world.owner)
                #expect(try await world.store.fail(first.lease, free, retryAt: world.now, at: world.now) == .applied)
            }
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `charges nothing for work that was taken away`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            try await world.enqueue(1, audioSeconds: 600)
            try await world.enqueue(2, audioSeconds: 600)
            try await world.enqueue(3, owner: world.other, audioSeconds: 600)
            let first = try #require(try await world.claim(policy: .fairShare).first)
            #expect(try await world.store.release(first.lease, at: world.now) == .applied)
            #expect(try await world.claim(policy: .fairShare).first?.lease.job == first.lease.job)
        }
    }
}
