import ScriberrCore
import ScriberrStore
import Testing

@Suite struct `Ending an attempt` {
    @Test(arguments: JobStoreDriver.allCases)
    func `with a result closes job, execution, transcript and event together`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let piece = Checkpoint(step: "transcribe", piece: 0, fingerprint: "f", payload: [1])
            #expect(try await world.store.checkpoint(lease, piece, at: world.now) == .applied)
            world.advance(by: .seconds(10))
            #expect(try await world.store.complete(lease, someResult, at: world.now) == .applied)

            let job = try await world.job(lease.job)
            #expect(job.status == .completed)
            #expect(job.stage == .completed)
            #expect(job.progress == 1)
            #expect(job.completedAt == world.now)
            #expect(job.claimedBy == nil)
            #expect(job.leaseExpiresAt == nil)
            #expect(job.warnings == someResult.warnings)
            #expect(job.detectedLanguage == "en")
            #expect(job.engine == someResult.engine)
            #expect(job.audioSeconds == 20)
            let execution = try #require(try await world.executions(lease.job).first)
            #expect(execution.status == .completed)
            #expect(execution.completedAt == world.now)
            #expect(execution.model == "whisper-base")
            let transcript = try await world.database.read { try JobSQL.transcript($0, of: lease.job) }
            #expect(transcript?.content == someResult.transcript)
            let pieces = try await world.store.checkpoints(lease.job, step: "transcribe", fingerprint: "f")
            #expect(pieces.isEmpty)
            #expect(try await world.eventTypes(lease.job).last == "transcription.completed")
            let payload = try await world.events(lease.job).last?.payload
            #expect(payload == #"{"id":"\#(lease.job)","status":"completed","progress":1.0,"stage":"completed"}"#)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `with an error fails the job for good when no retry follows`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(try await world.store.fail(lease, someFailure, retryAt: nil, at: world.now) == .applied)
            let job = try await world.job(lease.job)
            #expect(job.status == .failed)
            #expect(job.stage == .failed)
            #expect(job.failures == 1)
            #expect(job.errorCode == .engineCrashed)
            #expect(job.errorMessage == "The engine ended.")
            #expect(job.failedAt == world.now)
            #expect(job.claimedBy == nil)
            #expect(try await world.executions(lease.job).map(\.status) == [.failed])
            #expect(try await world.eventTypes(lease.job).last == "transcription.failed")
            #expect(try await world.claim().isEmpty)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `with a retry puts the job back at its old place once its time has come`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running(1)
            world.advance(by: .seconds(1))
            let behind = try await world.enqueue(2)
            let retryAt = world.now + .seconds(5)
            #expect(try await world.store.fail(lease, someFailure, retryAt: retryAt, at: world.now) == .applied)

            let waiting = try await world.job(lease.job)
            #expect(waiting.status == .queued)
            #expect(waiting.stage == .retrying)
            #expect(waiting.runAfter == retryAt)
            #expect(waiting.queuedAt == waiting.createdAt)
            #expect(waiting.failures == 1)
            #expect(waiting.errorCode == .engineCrashed)
            #expect(try await world.eventTypes(lease.job).last == "transcription.queued")
            let answer = try await world.store.claim(world.request())
            #expect(answer.jobs.map(\.lease.job) == [behind])
            #expect(answer.nextDue == retryAt)

            let newer = try await world.enqueue(3)
            world.advance(by: .seconds(5))
            #expect(
                try await world.claim(2).map(\.lease) == [
                    Lease(job: lease.job, attempt: 2), Lease(job: newer, attempt: 1),
                ]
            )
            let again = try await world.job(lease.job)
            #expect(again.errorCode == nil)
            #expect(try await world.executions(lease.job).map(\.status) == [.processing, .failed])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `charges an attempt only when told to`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let free = FailureReport(code: .serviceUnavailable, message: "Busy.", chargesAttempt: false)
            #expect(try await world.store.fail(lease, free, retryAt: world.now, at: world.now) == .applied)
            #expect(try await world.job(lease.job).failures == 0)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `by release keeps the place and charges nothing`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running(1)
            world.advance(by: .seconds(1))
            let behind = try await world.enqueue(2)
            #expect(try await world.store.release(lease, at: world.now) == .applied)
            let job = try await world.job(lease.job)
            #expect(job.status == .queued)
            #expect(job.stage == .recovered)
            #expect(job.failures == 0)
            #expect(job.crashes == 0)
            #expect(job.attempt == 1)
            #expect(try await world.executions(lease.job).map(\.status) == [.interrupted])
            #expect(try await world.eventTypes(lease.job).last == "transcription.queued")
            #expect(try await world.claim(2).map(\.lease.job) == [lease.job, behind])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `keeps the pieces of an attempt that is followed by another`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let piece = Checkpoint(step: "transcribe", piece: 0, fingerprint: "f", payload: [1, 2])
            #expect(try await world.store.checkpoint(lease, piece, at: world.now) == .applied)
            #expect(try await world.store.release(lease, at: world.now) == .applied)
            #expect(try await world.store.checkpoints(lease.job, step: "transcribe", fingerprint: "f") == [piece])
        }
    }
}

@Suite struct `While an attempt runs` {
    @Test(arguments: JobStoreDriver.allCases)
    func `one renewal extends every lease that holds and names the others`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            for number in 1...70 { try await world.enqueue(number) }
            var leases = try await world.claim(70).map(\.lease)
            #expect(try await world.store.complete(leases[3], someResult, at: world.now) == .applied)
            let stopping = try await world.store.requestCancel(leases[69].job, owner: world.owner, at: world.now)
            #expect(stopping == .stopping(leases[69]))
            leases.append(Lease(job: leases[0].job, attempt: 2))

            let expiry = world.now + .seconds(90)
            let answers = try await world.store.renew(leases, until: expiry, at: world.now)
            #expect(answers.map(\.lease) == leases)
            for (index, answer) in answers.enumerated() {
                switch index {
                case 3, 70: #expect(answer.fenced == .leaseLost)
                case 69: #expect(answer.fenced == .appliedButCancelRequested)
                default: #expect(answer.fenced == .applied)
                }
            }
            #expect(try await world.job(leases[69].job).leaseExpiresAt == expiry)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `progress grows, leaves an event and does not count as a change`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let changedAt = world.now
            world.advance(by: .seconds(1))
            for progress in [0.4, 0.3] {
                let report = ProgressReport(stage: .transcribing, progress: progress)
                #expect(try await world.store.progress(lease, report, at: world.now) == .applied)
            }
            let job = try await world.job(lease.job)
            #expect(job.progress == 0.4)
            #expect(job.stage == .transcribing)
            #expect(job.updatedAt == changedAt)
            let payloads = try await world.events(lease.job).dropFirst(3).map(\.payload)
            #expect(payloads == [#"{"id":"\#(lease.job)","status":"processing","progress":0.4,"stage":"transcribing"}"#])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `provider and model stand in the execution`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(try await world.store.describe(lease, provider: "local", model: "tiny") == .applied)
            let execution = try await world.executions(lease.job).first
            #expect(execution?.provider == "local")
            #expect(execution?.model == "tiny")
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `pieces come back in order, the newest of each, and only of the fingerprint asked for`(
        _ driver: JobStoreDriver
    ) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            func piece(_ number: Int, _ fingerprint: String, _ payload: [UInt8]) -> Checkpoint {
                Checkpoint(step: "transcribe", piece: number, fingerprint: fingerprint, payload: payload)
            }
            for piece in [piece(2, "b", []), piece(0, "a", [1]), piece(1, "b", [2]), piece(1, "b", [3])] {
                #expect(try await world.store.checkpoint(lease, piece, at: world.now) == .applied)
            }
            let found = try await world.store.checkpoints(lease.job, step: "transcribe", fingerprint: "b")
            #expect(found == [piece(1, "b", [3]), piece(2, "b", [])])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `a piece announces its text with it`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let piece = Checkpoint(step: "s", piece: 0, fingerprint: "f", payload: [1], announcement: #"{"text":"hi"}"#)
            #expect(try await world.store.checkpoint(lease, piece, at: world.now) == .applied)
            let event = try await world.events(lease.job).last
            #expect(event?.type == .transcriptionSegment)
            #expect(event?.payload == #"{"text":"hi"}"#)
        }
    }
}
