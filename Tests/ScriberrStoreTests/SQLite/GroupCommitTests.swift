import Foundation
import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Synchronization
import Testing

@Suite struct `Writes that meet` {
    @Test func `share one commit, each with an answer of its own`() async throws {
        try await withNotes { database in
            let before = database.commitStatistics
            let answers = await together(database, count: 20) { number, connection in
                try connection.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", [.int(number)])
                return number
            }
            #expect(answers.map { try? $0.get() } == Array(0..<20))
            try await expectNotes(20, in: database)
            let after = database.commitStatistics
            #expect(after.writes - before.writes == 21)
            #expect(after.commits - before.commits == 2, "The write that held them up, and all of them.")
        }
    }

    @Test func `fail alone`() async throws {
        try await withNotes { database in
            let answers = await together(database, count: 10) { number, connection in
                try connection.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", [.int(number)])
                if number == 3 { throw NoteError() }
                if number == 5 { try connection.execute("INSERT INTO notes (id, text) VALUES (5, 'twice')", []) }
                return number
            }
            for (number, answer) in answers.enumerated() {
                switch number {
                case 3: #expect(throws: NoteError.self) { try answer.get() }
                case 5: #expect(throws: ScriberrError.self) { try answer.get() }
                default: #expect((try? answer.get()) == number)
                }
            }
            try await expectNotes(8, in: database)
        }
    }

    @Test func `run again without the one that failed, unless it changed nothing`() async throws {
        try await withNotes { database in
            for (changes, runs) in [(true, 2), (false, 1)] {
                let count = Mutex(0)
                let answers = await together(database, count: 3) { number, connection in
                    if number == 0 { count.withLock { $0 += 1 } }
                    guard number == 1 else {
                        let id = number + (changes ? 0 : 10)
                        return try connection.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", [.int(id)])
                    }
                    if changes { try connection.execute("INSERT INTO notes (id, text) VALUES (99, 'x')", []) }
                    throw NoteError()
                }
                #expect(count.withLock(\.self) == runs)
                #expect(throws: NoteError.self) { try answers[1].get() }
                #expect(answers.compactMap { try? $0.get() } == [1, 1])
            }
            try await expectNotes(4, in: database)
        }
    }

    @Test func `that have nothing to do do not wait for who writes in another process`() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/notes.db", migrations: notes)
            let other = try SQLiteDatabase(path: folder + "/notes.db", migrations: notes)
            let answer = try await other.write { _ in
                // Holds the lock until the other one has its answer.
                let answer = Mutex<Int?>(nil)
                let done = DispatchSemaphore(value: 0)
                Task {
                    defer { done.signal() }
                    let found = try? await database.write(unless: { try $0.count() == 0 ? 0 : nil }, { try $0.count() })
                    answer.withLock { $0 = found }
                }
                done.wait()
                return answer.withLock(\.self)
            }
            #expect(answer == 0)
            try await database.write { _ = try $0.execute("INSERT INTO notes (id, text) VALUES (1, 'x')", []) }
            let found = try await database.write(unless: { try $0.count() == 0 ? 0 : nil }, { try $0.count() + 100 })
            #expect(found == 101, "There was something to write.")
            await other.close()
            await database.close()
        }
    }

    @Test func `fail together when their commit does`() async throws {
        try await withNotes { database in
            let fired = Mutex<[Int]>([])
            let answers = await together(database, count: 5) { number, connection in
                connection.afterCommit { fired.withLock { $0.append(number) } }
                if number == 2 {
                    // Checked at the commit only, which it spoils.
                    try connection.execute("PRAGMA defer_foreign_keys = ON", [])
                    try connection.execute("INSERT INTO replies (note) VALUES (999)", [])
                } else {
                    try connection.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", [.int(number)])
                }
                return number
            }
            for answer in answers {
                let error = #expect(throws: ScriberrError.self) { try answer.get() }
                #expect(error?.code == .storageFailed)
            }
            try await expectNotes(0, in: database)
            #expect(fired.withLock(\.self).isEmpty)
            try await database.write { _ = try $0.execute("INSERT INTO notes (id, text) VALUES (1, 'x')", []) }
            try await expectNotes(1, in: database, "The next write is not harmed.")
        }
    }

    @Test func `tell others in order, after the commit, and only what was committed`() async throws {
        try await withNotes { database in
            let fired = Mutex<[Int]>([])
            _ = await together(database, count: 6) { number, connection in
                try connection.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", [.int(number)])
                connection.afterCommit { fired.withLock { $0.append(number) } }
                if number == 2 { throw NoteError() }
                return number
            }
            #expect(fired.withLock(\.self) == [0, 1, 3, 4, 5])
        }
    }

    @Test func `are bounded in number`() async throws {
        var settings = SQLiteSettings()
        settings.groupMax = 4
        try await withNotes(settings) { database in
            let before = database.commitStatistics.commits
            _ = await together(database, count: 10) { number, connection in
                try connection.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", [.int(number)])
                return number
            }
            #expect(database.commitStatistics.commits - before == 4)
        }
    }

    @Test func `say so when there is no room, and go on when there is again`() async throws {
        try await withNotes { database in
            try await database.write { _ = try $0.query("PRAGMA max_page_count = 200", []) }
            let answers = await together(database, count: 3) { number, connection in
                let size = number == 1 ? 4_000_000 : 10
                try connection.execute(
                    "INSERT INTO notes (id, text) VALUES ($1, $2)",
                    [.int(number), .blob(Array(repeating: 1, count: size))]
                )
                return number
            }
            let error = #expect(throws: ScriberrError.self) { try answers[1].get() }
            #expect(error?.code == .storageFull)
            let small = answers.count { (try? $0.get()) != nil }
            try await expectNotes(small, in: database, "Whoever was told that it is stored finds it stored.")
            try await database.write { _ = try $0.query("PRAGMA max_page_count = 1000000", []) }
            try await database.write { _ = try $0.execute("INSERT INTO notes (id, text) VALUES (9, 'x')", []) }
            try await expectNotes(small + 1, in: database)
        }
    }

    @Test func `are finished before the database closes, and refused after`() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/a.db", migrations: notes)
            async let writes: [Int] = withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        try await database.write { connection in
                            try connection.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", [.int(number)])
                            return number
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let stored = try await writes.count
            await database.close()
            await #expect(throws: ScriberrError.self) { try await database.write { _ in 0 } }
            let again = try SQLiteDatabase(path: folder + "/a.db", migrations: notes)
            try await expectNotes(stored, in: again)
            await again.close()
        }
    }
}

@Suite struct `An error of SQLite` {
    @Test func `tells its code and text but no argument`() async throws {
        try await withNotes { database in
            let error = await #expect(throws: ScriberrError.self) {
                try await database.write { connection in
                    for _ in 1...2 {
                        try connection.execute("INSERT INTO notes (id, text) VALUES (1, $1)", [.text("secret words")])
                    }
                }
            }
            #expect(error?.code == .storageFailed)
            #expect(error?.detail?.contains("UNIQUE constraint failed") == true)
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test func `keeps a reader from writing`() async throws {
        try await withNotes { database in
            await #expect(throws: ScriberrError.self) {
                try await database.read { try $0.execute("INSERT INTO notes (id, text) VALUES (1, 'x')", []) }
            }
        }
    }
}

@Suite struct `A value` {
    @Test func `comes back as it went in`() async throws {
        try await withNotes { database in
            let values: [SQLValue] = [
                .null, .integer(.min), .integer(.max), .real(0.1), .text(""), .text("a\u{0}b 😀"), .blob([]), .blob([0, 255]),
            ]
            for (index, value) in values.enumerated() {
                let back = try await database.write { connection in
                    try connection.execute("INSERT INTO notes (id, text) VALUES ($1, $2)", [.int(index), value])
                    return try connection.query("SELECT text FROM notes WHERE id = $1", [.int(index)]).first?.value("text")
                }
                #expect(back == value)
            }
        }
    }
}

private struct NoteError: Error {}

extension SQLConnection {
    fileprivate func count() throws -> Int { try query("SELECT count(*) AS notes FROM notes", []).first?.int("notes") ?? 0 }
}

private let notes = [
    Migration(id: 1, name: "notes") { _ in
        [
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text)",
            "CREATE TABLE replies (note INTEGER NOT NULL REFERENCES notes (id))",
        ]
    }
]

private func withNotes(
    _ settings: SQLiteSettings = SQLiteSettings(),
    _ body: (SQLiteDatabase) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let database = try SQLiteDatabase(path: folder + "/notes.db", settings: settings, migrations: notes)
        try await body(database)
        await database.close()
    }
}

private func expectNotes(
    _ count: Int,
    in database: SQLiteDatabase,
    _ why: Comment? = nil,
    at location: SourceLocation = #_sourceLocation
) async throws {
    let found = try await database.read { try $0.query("SELECT count(*) AS notes FROM notes", []).first?.int("notes") }
    #expect(found == count, why, sourceLocation: location)
}

/// Starts `count` writes in order while another one holds the writer, and answers how each fared.
private func together(
    _ database: SQLiteDatabase,
    count: Int,
    _ body: @escaping @Sendable (Int, any SQLConnection) throws -> Int
) async -> [Result<Int, any Error>] {
    let gate = DispatchSemaphore(value: 0)
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    return await withTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
        group.addTask {
            let answer = await result {
                try await database.write { _ in
                    start.yield()
                    gate.wait()
                    return 0
                }
            }
            return (-1, answer)
        }
        for await _ in started { break }
        for number in 0..<count {
            group.addTask { (number, await result { try await database.write { try body(number, $0) } }) }
            while database.waitingWrites <= number { await Task.yield() }
        }
        gate.signal()
        var results: [Int: Result<Int, any Error>] = [:]
        for await (number, result) in group { results[number] = result }
        return (0..<count).compactMap { results[$0] }
    }
}

private func result(_ body: () async throws -> Int) async -> Result<Int, any Error> {
    do {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}
