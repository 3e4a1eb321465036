import ScriberrCore
import ScriberrTestSupport
import Testing

@testable import ScriberrStore

/// What PostgreSQL keeps by triggers that look at whole statements, where SQLite has keys and rows.
@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Rows beside a job's on PostgreSQL` {
    @Test func `are there once it is completed, and go with it and with its owner`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let result = JobResult(transcript: [1], text: "words", audioSeconds: 1)
            let first = try await completed(world, result, 1)
            let second = try await completed(world, result, 2)
            #expect(try await counts(world) == [2, 2, 2])
            _ = try await world.database.write { try JobSQL.delete($0, first.job, owner: world.owner, at: world.now) }
            #expect(try await counts(world) == [1, 1, 1])
            #expect(try await world.executions(second.job).map(\.status) == [.completed])
            try await world.database.write { _ = try $0.execute("DELETE FROM users WHERE id = $1", [.id(world.owner)]) }
            #expect(try await counts(world) == [0, 0, 0])
        }
    }

    @Test func `tell the search of every transcript that one statement changes`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let result = JobResult(transcript: [1], text: "words", audioSeconds: 1)
            for number in 1...3 { _ = try await completed(world, result, number) }
            try await world.database.write { _ = try $0.execute("DELETE FROM search_pending", []) }
            try await world.database.write { _ = try $0.execute("UPDATE transcripts SET text = 'others'", []) }
            #expect(try await counts(world) == [3, 3, 3])
        }
    }

    @Test func `are filled behind their jobs by a move`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let names = try await world.database.read { try TableShape.all($0) }.map(\.name)
            let jobs = try #require(names.firstIndex(of: "transcriptions"))
            for name in ["executions", "transcripts", "checkpoints"] {
                #expect(try #require(names.firstIndex(of: name)) > jobs, "\(name)")
            }
        }
    }

    private func completed(_ world: JobStoreWorld, _ result: JobResult, _ number: Int) async throws -> Lease {
        let lease = try await world.running(number)
        #expect(try await world.store.complete(lease, result, at: world.now) == .applied)
        return lease
    }

    /// How many attempts, transcripts and transcripts to be made searchable there are.
    private func counts(_ world: JobStoreWorld) async throws -> [Int] {
        try await world.database.read { connection in
            try ["executions", "transcripts", "search_pending"].map { table in
                try connection.query("SELECT count(*) AS n FROM \(table)", []).first?.int("n") ?? -1
            }
        }
    }
}

/// Columns of many rows as one argument.
@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Arrays on PostgreSQL` {
    @Test func `arrive as they were sent, whatever is in them`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let database = try #require(world.database as? PostgresDatabase)
            let sql = """
                SELECT coalesce(a, 'none') AS a, ($2::bigint[])[n] AS b, coalesce(($3::float8[])[n], -1) AS c, ($4::bytea[])[n] AS d
                FROM unnest($1::text[]) WITH ORDINALITY AS given (a, n)
                """
            let columns: [PostgresArray] = [
                .texts([#"a "b" \ {c}, NULL"#, nil, "", "a\0b é"]), .numbers([.min, -1, 0, .max]),
                .fractions([0.1, nil, -0.0, 1e300]),
                .bytes([[], [0], [0xFF, 0], [1, 2, 3]]),
            ]
            let rows: [[SQLValue]] = try await withCheckedThrowingContinuation { continuation in
                database.submit(
                    { connection in
                        let rows = try connection.queryWhole(sql, columns: columns).map { row in (0..<4).map { row.value(at: $0) }
                        }
                        return { continuation.resume(returning: rows) }
                    },
                    fail: { continuation.resume(throwing: $0) }
                )
            }
            #expect(rows.map { $0[0] } == [.text(#"a "b" \ {c}, NULL"#), .text("none"), .text(""), .text("a\u{FFFD}b é")])
            #expect(rows.map { $0[1] } == [.integer(.min), .integer(-1), .integer(0), .integer(.max)])
            #expect(rows.map { $0[2] } == [.real(0.1), .real(-1), .real(0), .real(1e300)])
            #expect(rows.map { $0[3] } == [.blob([]), .blob([0]), .blob([0xFF, 0]), .blob([1, 2, 3])])
        }
    }
}
