import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Passages on PostgreSQL` {
    @Test func `can be written by two nodes at the same time`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let lease = try await world.running()
            #expect(try await world.store.complete(lease, someResult, at: world.now) == .applied)
            let passage = Passage(lines: [Passage.Line(start: 0, text: "Hello", words: ["hello"])])
            let (hasWritten, mayCommit) = (Meeting(of: 2), Meeting(of: 2))
            async let first: Void = world.database.write { db in
                try PassageSQL.write(db, lease.job, [passage], from: 0)
                hasWritten.meet()
                mayCommit.meet()
            }
            await Task.detached { hasWritten.meet() }.value
            async let second: Void = world.database.write { try PassageSQL.write($0, lease.job, [passage], from: 0) }
            let waiting = "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            #expect(await eventually { (try? await world.database.read { try !$0.query(waiting, []).isEmpty }) ?? false })
            await Task.detached { mayCommit.meet() }.value
            try await first
            try await second
        }
    }
}
