import ScriberrCore
import ScriberrStore
import Testing

@Suite struct `Taking jobs back` {
    @Test(arguments: JobStoreDriver.allCases)
    func `returns a job with an expired lease to its old place and counts a crash`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running(1)
            world.advance(by: .seconds(1))
            let behind = try await world.enqueue(2)
            #expect(try await world.recover().isEmpty, "The lease still holds.")
            world.advance(by: .seconds(29))
            #expect(try await world.recover() == [RecoveredJob(lease: lease, fate: .queued)])
            #expect(try await world.recover().isEmpty, "Running it twice changes nothing.")

            let job = try await world.job(lease.job)
            #expect(job.status == .queued)
            #expect(job.stage == .recovered)
            #expect(job.crashes == 1)
            #expect(job.failures == 0)
            #expect(job.claimedBy == nil)
            #expect(try await world.executions(lease.job).map(\.status) == [.interrupted])
            #expect(try await world.eventTypes(lease.job).last == "transcription.queued")
            #expect(try await world.claim(2).map(\.lease.job) == [lease.job, behind])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `takes the jobs of a process that was silent for too long`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(try await world.store.renew([lease], until: world.now + .seconds(999), at: world.now).count == 1)
            let reaper = InstanceID(trusted: "inst_2")
            world.advance(by: .seconds(61))
            try await world.register(reaper)
            #expect(try await world.recover(by: reaper).map(\.lease) == [lease])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `leaves the jobs of a living process alone`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(try await world.store.renew([lease], until: world.now + .seconds(999), at: world.now).count == 1)
            world.advance(by: .seconds(61))
            try await world.store.heartbeat(world.instance, at: world.now)
            #expect(try await world.recover(by: InstanceID(trusted: "inst_2")).isEmpty)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `leaves its own jobs alone while their lease holds`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            _ = try await world.running()
            try await world.store.unregister(world.instance)
            #expect(try await world.recover().isEmpty)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `takes the jobs of a process that signed off at once`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            try await world.store.unregister(world.instance)
            #expect(try await world.recover(by: InstanceID(trusted: "inst_2")).map(\.lease) == [lease])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `takes the jobs of a predecessor on the same seat at once`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let (dead, elsewhere, heir) = (
                InstanceID(trusted: "inst_a"), InstanceID(trusted: "inst_b"), InstanceID(trusted: "inst_c")
            )
            try await world.register(dead, seat: "here")
            try await world.register(elsewhere, seat: "there")
            try await world.enqueue(1)
            try await world.enqueue(2)
            let lost = try await world.claim(by: dead).map(\.lease)
            _ = try await world.claim(by: elsewhere)
            try await world.register(heir, seat: "here")
            #expect(try await world.recover(by: heir).map(\.lease) == lost)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `gives up on a job that ended its process too often`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let id = try await world.enqueue(1)
            var fates: [RecoveredJob.Fate] = []
            for _ in 1...3 {
                #expect(try await world.claim().count == 1)
                world.advance(by: .seconds(31))
                fates += try await world.recover(crashLimit: 3).map(\.fate)
            }
            #expect(fates == [.queued, .queued, .quarantined])
            let job = try await world.job(id)
            #expect(job.status == .failed)
            #expect(job.errorCode == .jobQuarantined)
            #expect(job.crashes == 3)
            #expect(job.failedAt == world.now)
            #expect(try await world.executions(id).map(\.status) == [.interrupted, .interrupted, .interrupted])
            #expect(try await world.eventTypes(id).last == "transcription.failed")
            #expect(try await world.claim().isEmpty)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `ends a job that was asked to stop`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(
                try await world.store.requestCancel(lease.job, owner: world.owner, at: world.now) == .stopping(lease)
            )
            world.advance(by: .seconds(31))
            #expect(try await world.recover() == [RecoveredJob(lease: lease, fate: .canceled)])
            #expect(try await world.job(lease.job).status == .canceled)
            #expect(try await world.executions(lease.job).map(\.status) == [.canceled])
        }
    }
}

@Suite struct `Asking a job to stop` {
    @Test(arguments: JobStoreDriver.allCases)
    func `ends a waiting one at once`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let id = try await world.enqueue(1)
            let next = try await world.enqueue(2)
            #expect(try await world.store.requestCancel(id, owner: world.owner, at: world.now) == .canceled)
            #expect(try await world.job(id).status == .canceled)
            #expect(
                try await world.eventTypes(id) == ["transcription.created", "transcription.queued", "transcription.canceled"]
            )
            #expect(try await world.claim(2, policy: .fairShare).map(\.lease.job) == [next])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `marks a running one once and tells its worker`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            for _ in 1...2 {
                let answer = try await world.store.requestCancel(lease.job, owner: world.owner, at: world.now)
                #expect(answer == .stopping(lease))
            }
            #expect(try await world.job(lease.job).cancelRequestedAt == world.now)
            #expect(try await world.eventTypes(lease.job).filter { $0 == "transcription.canceling" }.count == 1)
            let report = ProgressReport(stage: .transcribing, progress: 0.5)
            #expect(try await world.store.progress(lease, report, at: world.now) == .appliedButCancelRequested)
            #expect(try await world.store.cancel(lease, at: world.now) == .appliedButCancelRequested)
            let job = try await world.job(lease.job)
            #expect(job.status == .canceled)
            #expect(job.progress == 0.5)
            #expect(try await world.executions(lease.job).first?.failedAt == world.now)
        }
    }

    @Test(arguments: JobStoreDriver.allCases, [true, false])
    func `outlasts a release and a retry`(_ driver: JobStoreDriver, _ isRelease: Bool) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(
                try await world.store.requestCancel(lease.job, owner: world.owner, at: world.now) == .stopping(lease)
            )
            let answer =
                isRelease
                ? try await world.store.release(lease, at: world.now)
                : try await world.store.fail(lease, someFailure, retryAt: world.now, at: world.now)
            #expect(answer == .appliedButCancelRequested)
            #expect(try await world.job(lease.job).status == .canceled)
            #expect(try await world.eventTypes(lease.job).last == "transcription.canceled")
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `does not take a result away`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            _ = try await world.store.requestCancel(lease.job, owner: world.owner, at: world.now)
            let answer = try await world.store.complete(lease, someResult, at: world.now)
            #expect(answer == .appliedButCancelRequested)
            #expect(try await world.job(lease.job).status == .completed)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `changes nothing about one that has ended, is unknown or somebody else's`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            _ = try await world.store.complete(lease, someResult, at: world.now)
            let before = try await world.job(lease.job)
            let ended = try await world.store.requestCancel(lease.job, owner: world.owner, at: world.now + .seconds(1))
            #expect(ended == .alreadyTerminal(.completed))
            #expect(try await world.job(lease.job) == before)

            let theirs = try await world.enqueue(2, owner: world.other)
            #expect(try await world.store.requestCancel(theirs, owner: world.owner, at: world.now) == .notFound)
            #expect(try await world.job(theirs).status == .queued)
            let unknown = TranscriptionID(trusted: "tr_unknown")
            #expect(try await world.store.requestCancel(unknown, owner: world.owner, at: world.now) == .notFound)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `wakes the worker after the commit`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let notices = world.signals.jobs.subscribe()
            _ = try await world.store.requestCancel(lease.job, owner: world.owner, at: world.now)
            #expect(await notices.next() == .cancelRequested(lease))
            try await world.enqueue(2)
            #expect(await notices.next() == .due)
        }
    }
}
