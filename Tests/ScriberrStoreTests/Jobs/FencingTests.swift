import ScriberrCore
import ScriberrStore
import Testing

/// Every write of a worker, to be tried by one that lost its lease.
enum WorkerWrite: String, CaseIterable, Sendable {
    case renew, progress, describe, checkpoint, complete, fail, retry, cancel, release

    func run(_ lease: Lease, in world: JobStoreWorld) async throws -> Fenced {
        let (store, now) = (world.store, world.now)
        switch self {
        case .renew:
            return try await store.renew([lease], until: now + .seconds(99), at: now).first?.fenced ?? .leaseLost
        case .progress:
            return try await store.progress(lease, ProgressReport(stage: .transcribing, progress: 0.5), at: now)
        case .describe: return try await store.describe(lease, provider: "zombie", model: "zombie")
        case .checkpoint:
            let piece = Checkpoint(step: "transcribe", piece: 0, fingerprint: "f", payload: [1], announcement: "{}")
            return try await store.checkpoint(lease, piece, at: now)
        case .complete: return try await store.complete(lease, someResult, at: now)
        case .fail: return try await store.fail(lease, someFailure, retryAt: nil, at: now)
        case .retry: return try await store.fail(lease, someFailure, retryAt: now, at: now)
        case .cancel: return try await store.cancel(lease, at: now)
        case .release: return try await store.release(lease, at: now)
        }
    }
}

@Suite struct `A worker that lost its lease` {
    @Test(arguments: JobStoreDriver.allCases, WorkerWrite.allCases)
    func `changes nothing once another attempt runs`(_ driver: JobStoreDriver, _ write: WorkerWrite) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lost = try await world.running()
            world.advance(by: .seconds(31))
            #expect(try await world.recover().map(\.fate) == [.queued])
            #expect(try await world.claim().map(\.lease.attempt) == [2])
            try await expectNoChange(by: write, lost, in: world)
        }
    }

    @Test(arguments: JobStoreDriver.allCases, WorkerWrite.allCases)
    func `changes nothing while the job waits again`(_ driver: JobStoreDriver, _ write: WorkerWrite) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lost = try await world.running()
            world.advance(by: .seconds(31))
            #expect(try await world.recover().map(\.fate) == [.queued])
            try await expectNoChange(by: write, lost, in: world)
        }
    }

    @Test(arguments: JobStoreDriver.allCases, WorkerWrite.allCases)
    func `changes nothing after the job has ended`(_ driver: JobStoreDriver, _ write: WorkerWrite) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            #expect(try await world.store.complete(lease, someResult, at: world.now) == .applied)
            try await expectNoChange(by: write, lease, in: world)
        }
    }

    @Test(arguments: JobStoreDriver.allCases, WorkerWrite.allCases)
    func `is told so when the job was deleted`(_ driver: JobStoreDriver, _ write: WorkerWrite) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let (owner, now) = (world.owner, world.now)
            let deleted = try await world.database.write { try JobSQL.delete($0, lease.job, owner: owner, at: now) }
            #expect(deleted?.lease == lease)
            #expect(try await write.run(lease, in: world) == .leaseLost)
            #expect(try await world.eventTypes(lease.job).last == "transcription.deleted")
        }
    }

    private func expectNoChange(by write: WorkerWrite, _ lease: Lease, in world: JobStoreWorld) async throws {
        let before = try await Everything(lease.job, in: world)
        world.advance(by: .seconds(1))
        #expect(try await write.run(lease, in: world) == .leaseLost)
        #expect(try await Everything(lease.job, in: world) == before)
    }
}

/// All that the database knows of a job.
private struct Everything: Equatable {
    var job: Transcription
    var executions: [Execution]
    var events: [Event]
    var pieces: [Checkpoint]
    var transcript: StoredTranscript?

    init(_ id: TranscriptionID, in world: JobStoreWorld) async throws {
        job = try await world.job(id)
        executions = try await world.executions(id)
        events = try await world.events(id)
        pieces = try await world.database.read { try JobSQL.checkpoints($0, id, step: "transcribe") }
        transcript = try await world.database.read { try JobSQL.transcript($0, of: id) }
    }
}
