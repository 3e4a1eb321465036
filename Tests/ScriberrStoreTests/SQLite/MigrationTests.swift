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
            let job = try await enqueuedJob(in: old)
            let row = "('\(job.id.text)', 1, 'exec_1', 'failed', 'local', 'm', 1, NULL, 2, 'X', 'it''s')"
            _ = try await old.write {
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

    @Test(arguments: [false, true]) func `that number events anew go on behind the last one`(isEmptied: Bool) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/a.db"
            let old = try SQLiteDatabase(path: path, migrations: allMigrations.filter { $0.id < 28 })
            for _ in 1...2 { _ = try await note(in: old) }
            let last = try await note(in: old)
            if isEmptied { try await old.write { _ = try $0.execute("DELETE FROM events", []) } }
            await old.close()
            let new = try SQLiteDatabase(path: path)
            #expect(try await new.read { try EventLog.latestSequence($0) } == last)
            let found = try await new.read { try EventLog.events($0, after: 0, owner: UserID(1), limit: 9).count }
            #expect(found == (isEmptied ? 0 : 3))
            let next = try await note(in: new)
            #expect(next == last + 1)
            await new.close()
        }
    }

    @Test func `note the titles that are to be folded anew, and no others`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/a.db"
            let old = try SQLiteDatabase(path: path, migrations: allMigrations.filter { $0.id < 30 })
            let job = try await enqueuedJob(in: old)
            _ = try await old.write {
                try $0.execute("UPDATE transcriptions SET title = 'Äpfel', title_folded = 'äpfel'", [])
                try $0.execute(
                    """
                    INSERT INTO files (id, owner, title, title_folded, kind, status, mime_type, size_bytes, sha256, blob_key,
                        created_at, updated_at) VALUES ('file_1', 1, 'Apfel', 'apfel', 'audio', 'ready', '', 1, '', '', 1, 1)
                    """,
                    []
                )
            }
            await old.close()
            let new = try SQLiteDatabase(path: path)
            let pending = "SELECT id FROM titles_pending"
            #expect(try await new.read { try $0.query(pending, []).map { try $0.text("id") } } == [job.id.text])
            try await new.write { try PendingTitles.fold($0, limit: 10) }
            let folded = "SELECT title_folded FROM transcriptions"
            #expect(try await new.read { try $0.query(folded, []).map { try $0.text("title_folded") } } == ["apfel"])
            await new.close()
        }
    }

    @Test func `keep what is still to be made searchable`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/a.db"
            let old = try SQLiteDatabase(path: path, migrations: allMigrations.filter { $0.id < 28 })
            let job = try await enqueuedJob(in: old)
            _ = try await old.write {
                try $0.execute("INSERT INTO search_pending (job) VALUES ($1)", [.id(job.id)])
            }
            await old.close()
            let new = try SQLiteDatabase(path: path)
            let pending = "SELECT job FROM search_pending"
            #expect(try await new.read { try $0.query(pending, []).map { try $0.text("job") } } == [job.id.text])
            try await new.write { _ = try $0.execute("DELETE FROM transcriptions", []) }
            #expect(try await new.read { try $0.query(pending, []).count } == 0)
            await new.close()
        }
    }
}

/// Puts somebody's job into the queue.
private func enqueuedJob(in database: SQLiteDatabase) async throws -> Transcription {
    try await database.write { db in
        let time = Timestamp(microseconds: 5)
        let job = Transcription(
            id: .make(),
            owner: try insertOwner(db, "ada", at: time),
            fileID: .make(),
            title: "",
            options: TranscriptionOptions(),
            createdAt: time
        )
        try JobSQL.enqueue(db, job, blobKey: "")
        return job
    }
}

/// Appends an event.
private func note(in database: SQLiteDatabase) async throws -> Int64 {
    try await database.write {
        try EventLog.append(
            $0,
            owner: UserID(1),
            subject: "tr_1",
            type: .transcriptionQueued,
            payload: "{}",
            at: Timestamp(microseconds: 5)
        )
    }
}
