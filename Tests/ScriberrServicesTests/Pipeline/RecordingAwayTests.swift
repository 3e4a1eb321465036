import Foundation
import ScriberrCore
import ScriberrServices
import ScriberrTestSupport
import Synchronization
import Testing

/// Jobs while the place of all recordings is out of reach.
@Suite struct RecordingAwayTests {
    @Test func `a job waits for its folder without losing an attempt`() async throws {
        try await World.with { world in
            let job = try await world.job(try await world.ann())
            try FileManager.default.moveItem(atPath: world.folder + "/blobs", toPath: world.folder + "/away")
            let tried = try await work(world, job, StoredRecordings(database: world.database, blobs: world.blobs))
            #expect(tried.status == .queued && tried.failures == 0)
            #expect(tried.errorCode == .storageFailed)
            #expect(tried.runAfter > world.clock.now())
        }
    }

    @Test func `a job whose recordings go away in the middle of it is tried again`() async throws {
        try await World.with { world in
            let job = try await world.job(try await world.ann())
            let tried = try await work(world, job, VanishingRecordings())
            #expect(tried.status == .queued && tried.failures == 1)
            #expect(tried.errorCode == .storageFailed)
        }
    }

    /// Runs the queue until the job's first attempt has ended; its engine says that the recording is missing.
    private func work(_ world: World, _ job: Transcription, _ recordings: any RecordingLookup) async throws -> Transcription {
        let missing = ScriberrError(.mediaMissing, "The recording is gone.")
        try await world.work(ScriptedProvider(failure: missing), recordings) {
            try await world.services.transcriptions.get(job.owner, job.id).errorCode != nil
        }
        return try await world.services.transcriptions.get(job.owner, job.id)
    }
}

/// Recordings that are there once, and then out of reach.
private final class VanishingRecordings: RecordingLookup {
    private let isAway = Mutex(false)

    func recording(of job: Transcription, onBytes: @Sendable () -> Void) async throws -> (copy: LocalCopy, seconds: Double?) {
        let wasAway = isAway.withLock { isAway in
            defer { isAway = true }
            return isAway
        }
        if wasAway { throw ScriberrError(.storageFailed, "The folder of recordings is away.") }
        return (LocalCopy(path: "/nowhere"), 10)
    }

    func transcript(of job: TranscriptionID) async throws -> (version: Int, content: [UInt8])? { nil }
}
