import Logging
import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrQueue

@Suite(.timeLimit(.minutes(15)))
struct JobQueueTests {
    @Test func `a backlog drains while the clock stands still`() async throws {
        try await withQueue(script: { _, _ in .completed(.sample) }) { world in
            let jobs = (0..<20).map { world.create($0) }
            world.queue.wake()
            #expect(await eventually { jobs.allSatisfy { world.status($0) == .completed } })
            #expect(world.store.table.executions.count == 20)
        }
    }

    @Test func `one wake-up fills all slots and no more`() async throws {
        let meeting = QueueWorld.Meeting()
        let script: @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome = { _, attempt in
            meeting.arrive(attempt)
            try await workUntilCanceled()
        }
        try await withQueue(.init(workers: 3), script: script) { world in
            for number in 0..<5 { world.create(number) }
            world.queue.wake()
            for _ in 0..<3 { _ = await meeting.arrival() }
            #expect(world.queue.statistics.running.count == 3)
            #expect(world.store.table.jobs.values.count { $0.status == .queued } == 2)
        }
    }

    @Test func `a poll finds a job that nobody announced`() async throws {
        try await withQueue(script: { _, _ in .completed(.sample) }) { world in
            #expect(await world.store.sees("claim"))
            let job = world.create(1)
            #expect(await world.movesOn { world.status(job) == .completed })
        }
    }

    @Test func `a result whose write fails is written again until it is stored`() async throws {
        let store = InMemoryJobStore()
        store.inject([.failsBefore, .failsBefore], into: "complete")
        try await withQueue(store: store, script: { _, _ in .completed(.sample) }) { world in
            let job = world.create(1)
            world.queue.wake()
            for failures in 1...2 {
                #expect(await eventually { world.queue.statistics.counts.storeFailures == failures })
                #expect(world.status(job) == .processing)
                world.advance(by: .milliseconds(200))
            }
            #expect(await world.becomes(job, .completed))
            #expect(store.calls.count { $0 == "complete" } == 3)
        }
    }

    @Test func `a cancel stops the handler and ends the job as canceled`() async throws {
        let meeting = QueueWorld.Meeting()
        let script: @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome = { _, attempt in
            meeting.arrive(attempt)
            try await workUntilCanceled()
        }
        try await withQueue(script: script) { world in
            let job = world.create(1)
            world.queue.wake()
            let attempt = try #require(await meeting.arrival())
            let answer = world.store.change { $0.requestCancel(job, owner: UserID(1), at: world.wall.now()) }
            #expect(answer == .stopping(attempt.lease))
            world.queue.cancelRequested(attempt.lease)
            #expect(await world.becomes(job, .canceled))
            #expect(attempt.stopReason == .cancel)
            #expect(await eventually { world.queue.statistics.running.isEmpty })
        }
    }

    @Test func `a handler that ignores a cancel loses its slot and its voice`() async throws {
        let meeting = QueueWorld.Meeting()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let script: @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome = { job, attempt in
            guard job.lease.job.text == "tr_1" else { return .completed(.sample) }
            meeting.arrive(attempt)
            // Deaf on purpose: a task of its own is not canceled with its parent.
            await Task { for await _ in gate { break } }.value
            try await attempt.progress(.transcribing, 0.9)
            return .completed(.sample)
        }
        try await withQueue(script: script) { world in
            let deaf = world.create(1)
            world.queue.wake()
            let attempt = try #require(await meeting.arrival())
            let next = world.create(2)
            world.queue.cancelRequested(attempt.lease)
            #expect(await eventually { attempt.stopReason == .cancel })
            #expect(await world.movesOn { world.status(deaf) == .canceled })
            #expect(await world.becomes(next, .completed))
            opener.yield()
            #expect(await eventually { world.queue.statistics.abandonedAlive == 0 })
            #expect(!world.store.calls.contains("progress"))
            #expect(world.status(deaf) == .canceled)
        }
    }

    @Test func `a handler whose lease was taken away is stopped and writes nothing`() async throws {
        let meeting = QueueWorld.Meeting()
        let script: @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome = { job, attempt in
            guard job.lease.attempt == 1 else { return .completed(.sample) }
            meeting.arrive(attempt)
            try await workUntilCanceled()
        }
        try await withQueue(script: script) { world in
            let job = world.create(1)
            world.queue.wake()
            let attempt = try #require(await meeting.arrival())
            world.store.change { table in
                let far = world.wall.now() + .seconds(86_400)
                _ = table.recover(
                    RecoveryRequest(instance: InstanceID(trusted: "inst_other"), deadBefore: far, crashLimit: 9, now: far)
                )
            }
            #expect(await world.movesOn { attempt.stopReason == .leaseLost })
            #expect(await world.becomes(job, .completed))
            #expect(world.store.calls.count { $0 == "complete" } == 1)
        }
    }

    @Test func `what a handler throws becomes one outcome`() async throws {
        struct Strange: Error {}
        let script: @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome = { job, _ in
            switch job.lease.job.text {
            case "tr_1": throw ScriberrError(.mediaUnreadable, "The recording cannot be read.")
            case "tr_2": throw Strange()
            default: return .completed(.sample)
            }
        }
        try await withQueue(script: script) { world in
            let jobs = (world.create(1), world.create(2, maxAttempts: 1), world.create(3))
            world.queue.wake()
            #expect(await world.becomes(jobs.2, .completed))
            #expect(world.job(jobs.0)?.errorCode == .mediaUnreadable)
            #expect(world.job(jobs.1)?.errorCode == .internalError)
            #expect(world.job(jobs.1)?.errorMessage?.contains("Strange") == false)
        }
    }

    @Test func `a shutdown releases the running job at its checkpoint without charging it`() async throws {
        let meeting = QueueWorld.Meeting()
        let store = InMemoryJobStore()
        let script: @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome = { _, attempt in
            meeting.arrive(attempt)
            for piece in 0... {
                try await attempt.checkpoint(Checkpoint(step: "transcribe", piece: piece, fingerprint: "f", payload: [1]))
                await Task.yield()
            }
            return .completed(.sample)
        }
        try await withQueue(store: store, script: script) { world in
            world.create(1)
            world.queue.wake()
            _ = await meeting.arrival()
            world.queue.stop()
            #expect(await eventually { world.queue.statistics.state == .stopped })
        }
        let job = try #require(store.table.jobs.values.first)
        #expect(job.status == .queued)
        #expect(job.failures == 0)
        #expect(job.crashes == 0)
        #expect(store.table.executions.map(\.status) == [.interrupted])
        #expect(store.table.pieces[job.id]?.isEmpty == false)
        #expect(store.table.instances.isEmpty)
    }

    @Test func `a paused queue takes no work until it is resumed`() async throws {
        try await withQueue(script: { _, _ in .completed(.sample) }) { world in
            #expect(await world.store.sees("claim"))
            world.queue.pause()
            #expect(await eventually { world.queue.statistics.isPaused })
            let claims = world.store.calls.count { $0 == "claim" }
            let job = world.create(1)
            world.queue.wake()
            world.advance(by: .seconds(60))
            #expect(await world.store.sees("heartbeat"))
            #expect(world.store.calls.count { $0 == "claim" } == claims)
            world.queue.resume()
            #expect(await world.becomes(job, .completed))
        }
    }

    @Test func `canceling the task that runs a queue stops it in order`() async throws {
        let store = InMemoryJobStore()
        store.create(.sample(1, at: ManualWallClock().now()))
        let meeting = QueueWorld.Meeting()
        let handler = ScriptedHandler { _, attempt in
            meeting.arrive(attempt)
            try await workUntilCanceled()
        }
        let queue = JobQueue(
            configuration: QueueConfiguration(),
            instance: .sample(1),
            store: store,
            handler: handler,
            clock: ManualClock(),
            wallClock: ManualWallClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let run = Task { try await queue.run() }
        _ = await meeting.arrival()
        run.cancel()
        try await run.value
        #expect(store.table.jobs.values.first?.status == .queued)
        #expect(store.table.instances.isEmpty)
        #expect(queue.statistics.state == .stopped)
    }
}
