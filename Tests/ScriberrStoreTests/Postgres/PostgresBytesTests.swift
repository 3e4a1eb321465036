import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Synchronization
import Testing

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"), .timeLimit(.minutes(15)))
struct `Bytes that two files share on PostgreSQL` {
    @Test func `stay when the one goes while the other comes`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let (database, owner, now) = (world.database, world.owner, world.now)
            let (going, coming) = (file(owner, at: now), file(owner, at: now))
            try await database.write { db in
                try FileSQL.insert(db, going, folded: "")
                _ = try FileSQL.hide(db, owner, going.id, at: now)
            }
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let isThrough = Flag()
            async let arrival: Void = database.write { db in
                try FileSQL.lockBytes(db, owner, contentHash: coming.contentHash)
                #expect(try FileSQL.blob(db, owner, contentHash: coming.contentHash) == going.blobKey)
                try FileSQL.insert(db, coming, folded: "")
                begin.yield()
                // Committed only once the other waits for that, or did not wait.
                while !isThrough.isUp, try Self.waiting(db) == 0 { _ = try db.query("SELECT pg_sleep(0.01)::text AS slept", []) }
            }
            for await _ in begun { break }
            let unused = try await database.write { try FileSQL.removeIfUnused($0, going.id) }
            isThrough.raise()
            try await arrival
            #expect(unused == nil)
        }
    }

    /// How many transactions of this database wait for bytes.
    private static func waiting(_ db: any SQLConnection) throws -> Int {
        let sql = """
            SELECT count(*) AS n FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
            WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
            """
        return try db.query(sql, []).first?.int("n") ?? 0
    }

    private func file(_ owner: UserID, at now: Timestamp) -> AudioFile {
        AudioFile(
            id: .make(at: now),
            owner: owner,
            title: "a",
            kind: .audio,
            status: .ready,
            mimeType: "audio/wav",
            sizeBytes: 3,
            contentHash: "blake3:00",
            durationSeconds: 1,
            blobKey: "blob_1",
            createdAt: now,
            updatedAt: now
        )
    }

    private final class Flag: Sendable {
        private let state = Mutex(false)
        var isUp: Bool { state.withLock { $0 } }
        func raise() { state.withLock { $0 = true } }
    }
}
