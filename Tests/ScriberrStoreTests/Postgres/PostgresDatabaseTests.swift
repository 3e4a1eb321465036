import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `A PostgreSQL database` {
    @Test func `keeps every kind of value, nothing and no bytes apart`() async throws {
        try await withThings { database in
            let rows: [[SQLValue]] = [
                [.integer(.min), .real(0.1), .text("ä 😀 'quoted' \\"), .blob([0, 255, 0])],
                [.integer(.max), .real(-1e300), .text(""), .blob([])],
                [.null, .null, .null, .null],
            ]
            try await database.write { connection in
                for row in rows {
                    try connection.perform("INSERT INTO things (number, real, text, bytes) VALUES ($1, $2, $3, $4)", row)
                }
            }
            let found = try await database.read { connection in
                try connection.query("SELECT number, real, text, bytes FROM things ORDER BY id", []).map { row in
                    ["number", "real", "text", "bytes"].map(row.value)
                }
            }
            #expect(found == rows)
        }
    }

    @Test func `reads sums, counts and truth as numbers`() async throws {
        try await withThings { database in
            let sums = try await database.write { connection in
                for number in [5_000_000_000, 7] as [Int] {
                    try connection.perform("INSERT INTO things (number, real) VALUES ($1, $2)", [.int(number), .real(0.5)])
                }
                let sql = """
                    SELECT sum(number) AS whole, -sum(number) AS negative, sum(real) AS part, count(*) AS count,
                        avg(number) AS mean, number > 7 AS truth FROM things GROUP BY number > 7 ORDER BY truth
                    """
                return try connection.query(sql, []).map { row in
                    ["whole", "negative", "part", "count", "mean", "truth"].map(row.value)
                }
            }
            #expect(sums[0] == [.integer(7), .integer(-7), .real(0.5), .integer(1), .real(7), .integer(0)])
            #expect(sums[1][0...1] == [.integer(5_000_000_000), .integer(-5_000_000_000)])
        }
    }

    @Test func `replaces a zero, which its text cannot hold`() async throws {
        try await withThings { database in
            let text = try await database.write { connection in
                try connection.query("INSERT INTO things (text) VALUES ($1) RETURNING text", ["a\0b"]).first?.text("text")
            }
            #expect(text == "a\u{FFFD}b")
        }
    }

    @Test func `orders text by its bytes, whatever language it was made in`() async throws {
        try await withThings { database in
            let names = try await database.write { connection in
                for name in ["b", "A", "a", "B", "ä"] {
                    try connection.perform("INSERT INTO things (text) VALUES ($1)", [.text(name)])
                }
                return try connection.query("SELECT text FROM things ORDER BY text", []).map { try $0.text("text") }
            }
            #expect(names == ["A", "B", "a", "b", "ä"])
        }
    }

    @Test func `undoes a transaction whose closure throws, and goes on`() async throws {
        try await withThings { database in
            await #expect(throws: WorldError.self) {
                try await database.write { connection in
                    try connection.perform("INSERT INTO things (number) VALUES (1)", [])
                    throw WorldError.noSuchJob
                }
            }
            let error = await #expect(throws: ScriberrError.self) {
                try await database.write { try $0.execute("INSERT INTO things (id) VALUES (1), (1)", []) }
            }
            #expect(error?.code == .storageFailed && error?.disposition == .permanent)
            let rows = try await count(database)
            #expect(rows == 0)
        }
    }

    @Test func `tells of a statement that nobody waited for at the commit`() async throws {
        try await withThings { database in
            let error = await #expect(throws: ScriberrError.self) {
                try await database.write { connection in
                    try connection.perform("INSERT INTO things (number) VALUES (1)", [])
                    try connection.perform("INSERT INTO nothing VALUES (1)", [])
                }
            }
            #expect(error?.disposition == .permanent)
            let rows = try await count(database)
            #expect(rows == 0)
        }
    }

    @Test func `refuses to write while it reads`() async throws {
        try await withThings { database in
            await #expect(throws: ScriberrError.self) {
                try await database.read { try $0.execute("INSERT INTO things (number) VALUES (1)", []) }
            }
            let rows = try await count(database)
            #expect(rows == 0)
        }
    }

    @Test func `does transactions again that locked each other out`() async throws {
        try await withThings { database in
            try await database.write { try $0.perform("INSERT INTO things (id, number) VALUES (1, 0), (2, 0)", []) }
            let gate = Meeting(of: 2)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in [[1, 2], [2, 1]] {
                    group.addTask {
                        try await database.write { connection in
                            for id in order {
                                try connection.execute("UPDATE things SET number = number + 1 WHERE id = $1", [.int(id)])
                                gate.meet()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let sum = try await database.read { try $0.query("SELECT sum(number) AS sum FROM things", []).first?.int("sum") }
            #expect(sum == 4)
        }
    }

    @Test func `runs actions after the commit, never after a failure`() async throws {
        try await withThings { database in
            let done = Counter()
            try await database.write { connection in
                connection.afterCommit { done.add() }
                try connection.execute("INSERT INTO things (number) VALUES (1)", [])
            }
            try? await database.write { connection in
                connection.afterCommit { done.add() }
                throw WorldError.noSuchJob
            }
            #expect(done.count == 1)
        }
    }

    @Test func `serves more callers than it has sessions, and refuses them once closed`() async throws {
        try await withThings { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await database.write { try $0.perform("INSERT INTO things (number) VALUES ($1)", [.int(number)]) }
                        try await database.read { _ = try $0.query("SELECT 1 AS one", []) }
                    }
                }
                try await group.waitForAll()
            }
            let rows = try await count(database)
            #expect(rows == 200)
            await database.close()
            let error = await #expect(throws: ScriberrError.self) { try await database.read { _ in } }
            #expect(error?.code == .serviceUnavailable)
        }
    }

    @Test func `never shows its password`() throws {
        let address = try #require(PostgresAddress("postgres://me:s3cret@127.0.0.1:1/db?connect_timeout=2"))
        #expect(!address.shown.contains("s3cret"))
        var settings = PostgresSettings()
        settings.startPatience = .zero
        let error = #expect(throws: ScriberrError.self) { try PostgresDatabase(address: address, settings: settings) }
        #expect(error?.code == .storageFailed && error?.disposition == .transient)
        #expect(error.map { "\($0) \($0.detail ?? "")" }?.contains("s3cret") == false)
    }
}

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Migrations of PostgreSQL` {
    @Test func `run by several at once happen once`() async throws {
        let address = try PostgresDatabase.address(TestPostgres.makeDatabase())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...4 { group.addTask { await (try PostgresDatabase(address: address)).close() } }
            try await group.waitForAll()
        }
        let database = try PostgresDatabase(address: address)
        let ids = try await database.read { connection in
            try connection.query("SELECT id FROM schema_migrations ORDER BY id", []).map { try $0.int("id") }
        }
        #expect(ids == allMigrations.map(\.id))
        await database.close()
    }

    @Test func `that fail leave nothing of themselves behind`() async throws {
        let address = try PostgresDatabase.address(TestPostgres.makeDatabase())
        let broken = [
            Migration(id: 1, name: "good") { _ in ["CREATE TABLE a (id INTEGER)"] },
            Migration(id: 2, name: "bad") { _ in ["CREATE TABLE b (id INTEGER)", "CREATE NONSENSE"] },
        ]
        #expect(throws: ScriberrError.self) { try PostgresDatabase(address: address, migrations: broken) }
        let database = try PostgresDatabase(address: address, migrations: [broken[0]])
        let tables = try await database.read { connection in
            try connection.query("SELECT tablename FROM pg_tables WHERE tablename IN ('a', 'b')", []).map {
                try $0.text("tablename")
            }
        }
        #expect(tables == ["a"])
        await database.close()
    }
}

private func withThings(_ body: (PostgresDatabase) async throws -> Void) async throws {
    let table = """
        CREATE TABLE things (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, number BIGINT, real DOUBLE PRECISION,
            text TEXT, bytes BYTEA)
        """
    let database = try PostgresDatabase.make(migrations: [Migration(id: 1, name: "things") { _ in [table] }])
    try await body(database)
    await database.close()
}

private func count(_ database: PostgresDatabase) async throws -> Int {
    try await database.read { try $0.query("SELECT count(*) AS rows FROM things", []).first?.int("rows") ?? -1 }
}
