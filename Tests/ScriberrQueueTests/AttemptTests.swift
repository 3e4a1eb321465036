import Logging
import ScriberrCore
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrQueue

@Suite(.timeLimit(.minutes(15)))
struct AttemptTests {
    /// An attempt that holds its job, with all that stands around it.
    private struct Scene {
        let store = InMemoryJobStore()
        let clock = ManualClock()
        let attempt: Attempt
        let reports = Reports()

        final class Reports: Sendable {
            private let lines = Mutex<[String]>([])
            func add(_ event: QueueEvent) { lines.withLock { $0.append("\(event)".prefix { $0 != "(" }.description) } }
            var all: [String] { lines.withLock { $0 } }
        }

        init() throws {
            store.create(.sample(1))
            let request = ClaimRequest(
                instance: InstanceID(trusted: "inst_1"),
                count: 1,
                leaseExpiresAt: .zero + .seconds(60),
                now: .zero
            )
            let lease = try #require(store.change { $0.claim(request) }.jobs.first?.lease)
            attempt = Attempt(
                lease: lease,
                store: store,
                time: MonotonicTime(clock),
                wallClock: ManualWallClock(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                report: { [reports] in reports.add($0) }
            )
        }

        var progressWrites: Int { store.calls.count { $0 == "progress" } }

        func keep(piece: Int) async throws {
            try await attempt.checkpoint(Checkpoint(step: "transcribe", piece: piece, fingerprint: "f", payload: [1]))
        }
    }

    @Test func `progress is stored a few times a second, a new stage at once, and never goes back`() async throws {
        let scene = try Scene()
        try await scene.attempt.progress(.transcribing, 0.3)
        try await scene.attempt.progress(.transcribing, 0.4)
        #expect(scene.progressWrites == 1)
        scene.clock.advance(by: .milliseconds(400))
        try await scene.attempt.progress(.transcribing, 0.5)
        try await scene.attempt.progress(.diarizing, 0.1)
        #expect(scene.progressWrites == 3)
        let job = try #require(scene.store.table.jobs.values.first)
        #expect(job.stage == .diarizing)
        #expect(job.progress == 0.5)
    }

    @Test func `a store that fails to take progress is passed over`() async throws {
        let scene = try Scene()
        scene.store.inject([.failsBefore], into: "progress")
        try await scene.attempt.progress(.transcribing, 0.3)
        #expect(scene.attempt.stopReason == nil)
    }

    @Test func `a piece is tried to be kept again, then let go`() async throws {
        let scene = try Scene()
        scene.store.inject([.failsBefore, .failsAfter], into: "checkpoint")
        let work = Task { try await scene.keep(piece: 0) }
        for tries in 1...2 {
            #expect(await scene.store.sees("checkpoint", count: tries))
            #expect(
                await eventually {
                    scene.clock.advance(by: .milliseconds(50))
                    return scene.store.calls.count { $0 == "checkpoint" } > tries
                }
            )
        }
        try await work.value
        let kept = try await scene.attempt.checkpoints(step: "transcribe", fingerprint: "f")
        #expect(kept.map(\.piece) == [0])
        #expect(try await scene.attempt.checkpoints(step: "transcribe", fingerprint: "other").isEmpty)
    }

    @Test func `a request to stop waits for the checkpoint, which is kept first`() async throws {
        let scene = try Scene()
        scene.attempt.stop(.shutdown, isForced: false)
        try await scene.attempt.progress(.transcribing, 0.3)
        await #expect(throws: StopReason.shutdown) { try await scene.keep(piece: 0) }
        #expect(scene.store.table.pieces.values.first?.count == 1)
    }

    @Test func `a stop interrupts progress, and the stronger reason stays`() async throws {
        let scene = try Scene()
        scene.attempt.stop(.cancel, isForced: true)
        scene.attempt.stop(.shutdown, isForced: true)
        await #expect(throws: StopReason.cancel) { try await scene.attempt.progress(.transcribing, 0.3) }
    }

    @Test func `a refused write says that the lease is lost, and nothing is written any more`() async throws {
        let scene = try Scene()
        let far = Timestamp.zero + .seconds(3_600)
        scene.store.change { table in
            _ = table.recover(
                RecoveryRequest(instance: InstanceID(trusted: "inst_2"), deadBefore: far, crashLimit: 9, now: far)
            )
        }
        await #expect(throws: StopReason.leaseLost) { try await scene.keep(piece: 0) }
        #expect(scene.reports.all.contains("refused"))
        await #expect(throws: StopReason.leaseLost) { try await scene.keep(piece: 1) }
        await #expect(throws: StopReason.leaseLost) { try await scene.attempt.progress(.transcribing, 0.9) }
        #expect(scene.store.calls.count { $0 == "checkpoint" } == 1)
        #expect(scene.progressWrites == 0)
    }

    @Test func `a write tells of a cancel that nobody announced`() async throws {
        let scene = try Scene()
        scene.store.change { _ = $0.requestCancel(scene.attempt.lease.job, owner: UserID(1), at: .zero) }
        try await scene.attempt.describe(provider: "local", model: "whisper-base")
        #expect(scene.reports.all.contains("cancelRequested"))
        #expect(scene.store.table.executions.first?.model == "whisper-base")
    }
}
