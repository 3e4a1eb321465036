import ScriberrCore
import ScriberrStore
import Testing

@Suite struct `Reading jobs` {
    @Test(arguments: JobStoreDriver.allCases)
    func `gives every field back as it was stored`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            var job = Transcription(
                id: TranscriptionID(trusted: "tr_1"),
                owner: world.owner,
                fileID: FileID(trusted: "file_1"),
                title: "Grüße \"1\"",
                options: TranscriptionOptions(model: "tiny", diarization: true, hotwords: ["a", "é\n"], start: 1.5),
                priority: 3,
                maxAttempts: 5,
                audioSeconds: 12.25,
                createdAt: world.now
            )
            job.runAfter = world.now + .seconds(3)
            let stored = job
            try await world.database.write { try JobSQL.enqueue($0, stored, blobKey: "key") }
            #expect(try await world.job(job.id) == job)
            let key = try await world.database.read { try JobSQL.blobKey($0, of: stored.id) }
            #expect(key == "key")
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `shows an owner nothing of another`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let id = try await world.enqueue(1)
            let (owner, other, now) = (world.owner, world.other, world.now)
            let (mine, theirs, deleted) = try await world.database.write { connection in
                (
                    try JobSQL.get(connection, id, owner: owner),
                    try JobSQL.get(connection, id, owner: other),
                    try JobSQL.delete(connection, id, owner: other, at: now)
                )
            }
            #expect(mine != nil)
            #expect(theirs == nil)
            #expect(deleted == nil)
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `counts jobs by state, of one owner and of all`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running(1)
            #expect(try await world.store.complete(lease, someResult, at: world.now) == .applied)
            for number in 2...4 { try await world.enqueue(number) }
            try await world.enqueue(5, owner: world.other)
            let owner = world.owner
            let (mine, all) = try await world.database.read {
                (try JobSQL.counts($0, owner: owner), try JobSQL.counts($0))
            }
            #expect(mine == [.completed: 1, .queued: 3])
            #expect(all == [.completed: 1, .queued: 4])
        }
    }

    @Test(arguments: JobStoreDriver.allCases)
    func `knows whether a file is still needed`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let (owner, now) = (world.owner, world.now)
            #expect(try await world.store.complete(lease, someResult, at: now) == .applied)
            let file = try await world.job(lease.job).fileID
            let (before, deleted, after, transcript) = try await world.database.write { connection in
                (
                    try JobSQL.refersToFile(connection, file),
                    try JobSQL.delete(connection, lease.job, owner: owner, at: now),
                    try JobSQL.refersToFile(connection, file),
                    try JobSQL.transcript(connection, of: lease.job)
                )
            }
            #expect(before)
            #expect(deleted == DeletedJob(fileID: file, blobKey: "blob", lease: nil))
            #expect(!after)
            #expect(transcript == nil)
        }
    }
}
