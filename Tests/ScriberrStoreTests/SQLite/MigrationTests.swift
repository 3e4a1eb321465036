import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct Migrations {
    @Test func `run once, in order, and are remembered`() async throws {
        try await withTemporaryFolder { folder in
            for _ in 1...2 {
                let database = try SQLiteDatabase(path: folder + "/a.db")
                let ids = try await database.read { connection in
                    try connection.query("SELECT id FROM schema_migrations ORDER BY id", []).map { try $0.int("id") }
                }
                #expect(ids == allMigrations.map(\.id))
                await database.close()
            }
        }
    }

    @Test func `that fail leave nothing of themselves behind`() async throws {
        try await withTemporaryFolder { folder in
            let broken = [
                Migration(id: 1, name: "good") { _ in ["CREATE TABLE a (id INTEGER)"] },
                Migration(id: 2, name: "bad") { _ in ["CREATE TABLE b (id INTEGER)", "CREATE NONSENSE"] },
            ]
            #expect(throws: ScriberrError.self) { try SQLiteDatabase(path: folder + "/a.db", migrations: broken) }
            let database = try SQLiteDatabase(path: folder + "/a.db", migrations: [broken[0]])
            let tables = try await database.read { connection in
                try connection.query("SELECT name FROM sqlite_master WHERE name IN ('a', 'b')", []).map { try $0.text("name") }
            }
            #expect(tables == ["a"])
            await database.close()
        }
    }

    @Test func `of a newer program are respected`() async throws {
        try await withTemporaryFolder { folder in
            let old = Migration(id: 1, name: "old") { _ in ["CREATE TABLE a (id INTEGER)"] }
            let new = Migration(id: 2, name: "new") { _ in ["CREATE TABLE b (id INTEGER)"] }
            await (try SQLiteDatabase(path: folder + "/a.db", migrations: [old, new])).close()
            let error = #expect(throws: ScriberrError.self) {
                try SQLiteDatabase(path: folder + "/a.db", migrations: [old])
            }
            #expect(error?.message.contains("newer version") == true)
        }
    }

    @Test func `run by several at once happen once`() async throws {
        try await withTemporaryFolder { folder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...4 {
                    group.addTask { await (try SQLiteDatabase(path: folder + "/a.db")).close() }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `that build a table anew keep its rows`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/a.db"
            let old = try SQLiteDatabase(path: path, migrations: allMigrations.filter { $0.id < 27 })
            let time = Timestamp(microseconds: 5)
            let job = Transcription(
                id: .make(),
                owner: try await old.write { try insertOwner($0, "ada", at: time) },
                fileID: .make(),
                title: "",
                options: TranscriptionOptions(),
                createdAt: time
            )
            let row = "('\(job.id.text)', 1, 'exec_1', 'failed', 'local', 'm', 1, NULL, 2, 'X', 'it''s')"
            try await old.write {
                try JobSQL.enqueue($0, job, blobKey: "")
                try $0.execute(
                    """
                    INSERT INTO executions (job, number, id, status, provider, model, started_at, completed_at, failed_at,
                        error_code, error_message) VALUES \(row)
                    """,
                    []
                )
            }
            let before = try await old.read { try JobSQL.executions($0, of: job.id) }
            await old.close()
            let new = try SQLiteDatabase(path: path)
            #expect(before.count == 1)
            #expect(try await new.read { try JobSQL.executions($0, of: job.id) } == before)
            try await new.write { _ = try $0.execute("DELETE FROM transcriptions", []) }
            #expect(try await new.read { try JobSQL.executions($0, of: job.id) }.isEmpty)
            await new.close()
        }
    }
}
