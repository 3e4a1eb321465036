import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrStore

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Plans on PostgreSQL` {
    /// A session plans once. Whatever the tables held then, and whatever was known of them, each row must be found by its key.
    @Test func `of claims, completions and enqueues go by keys, made on empty, small and large tables`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            var settings = PostgresSettings()
            // One session, whose plans stay.
            settings.sessions = 1
            let database = try PostgresDatabase(address: await address(of: world), settings: settings)
            let statements = JobSQL.wholeStatements(world.request(2))
            try await database.write { connection in
                for (number, sql) in statements.enumerated() { try connection.execute("PREPARE whole\(number) AS " + sql, []) }
            }
            try await look(database, statements, "empty")
            for (count, isKnown) in [(3, true), (20_000, false), (10, true)] {
                try await fill(database, count, owner: world.owner)
                if isKnown { try await database.write { _ = try $0.execute("ANALYZE", []) } }
                try await look(database, statements, "after \(count) more")
            }
            await database.close()
        }
    }

    private func look(_ database: PostgresDatabase, _ statements: [String], _ when: String) async throws {
        for (number, sql) in statements.enumerated() {
            let highest = (1...20).last { sql.contains("$\($0)") } ?? 0
            let nothing = [String](repeating: "NULL", count: highest).joined(separator: ", ")
            let plan = try await database.write { connection in
                try connection.query("EXPLAIN EXECUTE whole\(number)(\(nothing))", []).map { try $0.text("QUERY PLAN") }
            }
            let shown = "\(when):\n" + plan.joined(separator: "\n")
            let tables = ["transcriptions", "executions", "transcripts", "checkpoints", "search_pending"]
            #expect(!plan.contains { line in tables.contains { line.contains("Seq Scan on \($0) ") } }, "\(shown)")
            for (line, next) in zip(plan, plan.dropFirst()) where tables.contains(where: { line.contains("using \($0)_pkey") }) {
                #expect(next.contains("Index Cond"), "\(shown)")
            }
            #expect(!plan.contains { $0.contains("Sort") || $0.contains("Hash Join") || $0.contains("Merge Join") }, "\(shown)")
        }
    }

    private func fill(_ database: PostgresDatabase, _ count: Int, owner: UserID) async throws {
        let rows = [
            """
            INSERT INTO transcriptions (id, owner, file_id, blob_key, title, title_folded, status, options, priority, queued_at,
                run_after, is_due, max_attempts, stage, audio_seconds, created_at, updated_at)
            SELECT 'tr_' || md5('\(count)-' || n), \(owner.number), 'f', 'b', 't', 't', 'queued', '{}', 0, n, n, 1, 3, 'queued', 60, n, n
            FROM generate_series(1, \(count)) AS n
            """,
            """
            INSERT INTO executions (job, number, id, status, started_at)
            SELECT id, 1, id, 'processing', 1 FROM transcriptions ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO checkpoints (job, step, piece, fingerprint, payload, attempt, created_at)
            SELECT id, 's', 1, 'f', '', 1, 1 FROM transcriptions ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO transcripts (job, version, content, text, updated_at)
            SELECT id, 1, '', '', 1 FROM transcriptions ON CONFLICT DO NOTHING
            """,
        ]
        try await database.write { connection in for sql in rows { try connection.execute(sql, []) } }
    }
}

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Migrations on PostgreSQL` {
    @Test func `are tried again when they met another transaction`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            // A sequence does not forget with a transaction that is undone.
            let meets = """
                DO 'BEGIN IF nextval(''tries'') < 3 THEN RAISE EXCEPTION ''met'' USING ERRCODE = ''40P01''; END IF; END'
                """
            let more = [
                Migration(id: 9_001, name: "counter", statements: { _ in ["CREATE SEQUENCE tries"] }),
                Migration(id: 9_002, name: "meets others", statements: { _ in ["CREATE TABLE met (id BIGINT)", meets] }),
            ]
            let database = try PostgresDatabase(address: await address(of: world), migrations: allMigrations + more)
            let tries = try await database.read { try $0.query("SELECT last_value AS n FROM tries", []).first?.int("n") }
            #expect(tries == 3)
            let rows = try await database.read { try $0.query("SELECT count(*) AS n FROM met", []).first?.int("n") }
            #expect(rows == 0)
            await database.close()
        }
    }
}

/// Where the world's own database lies.
private func address(of world: JobStoreWorld) async throws -> PostgresAddress {
    let name = try await world.database.read {
        try $0.query("SELECT current_database()::text AS name", []).first?.text("name") ?? ""
    }
    let base = try #require(TestPostgres.address)
    return try PostgresDatabase.address(base.replacing(/\/[^\/]*$/, with: "/\(name)"))
}
