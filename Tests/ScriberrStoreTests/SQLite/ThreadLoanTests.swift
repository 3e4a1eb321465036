import Dispatch
import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct `A write on its caller's thread` {
    @Test func `is what a caller alone gets, done before it would be suspended`() async throws {
        try await withNotes { database in
            for number in 0..<3 {
                let steps = Steps()
                let task = Task.immediate {
                    try await database.insert(number)
                    steps.add("written")
                }
                steps.add("started")
                try await task.value
                #expect(steps.all == ["written", "started"])
            }
            #expect(database.commitStatistics.loans == 3)
            #expect(database.commitStatistics.commits == 3)
        }
    }

    @Test func `leaves those that gather behind it to the writer's thread, in one commit`() async throws {
        try await withNotes { database in
            var tasks: [Task<Void, any Error>] = []
            try await whileOneHolds(database) {
                for number in 1...5 { tasks.append(Task.immediate { try await database.insert(number) }) }
                #expect(database.waitingWrites == 5)
            }
            for task in tasks { try await task.value }
            #expect(database.commitStatistics == CommitStatistics(commits: 2, writes: 6, loans: 1))
        }
    }

    @Test func `carries the two that its caller asks for together, and leaves many to the writer's thread`() async throws {
        try await withNotes { database in
            let steps = Steps()
            let writes = (0..<5).map { number in
                PendingWrite(answer: { (_: Result<Int, any Error>) in steps.add("\(number)") }) { connection in
                    try connection.execute("INSERT INTO notes (id) VALUES ($1)", [.int(number)])
                }
            }
            database.start(Array(writes[..<2]))
            #expect(steps.all == ["0", "1"], "Each was told before its caller went on.")
            #expect(database.commitStatistics == CommitStatistics(commits: 1, writes: 2, loans: 1))
            database.start([])
            database.start(Array(writes[2...]))
            #expect(await eventually { steps.all == ["0", "1", "2", "3", "4"] })
            #expect(database.commitStatistics == CommitStatistics(commits: 2, writes: 5, loans: 1))
        }
    }

    @Test func `gives its hints before the commit, and what is asked for then comes after it, without a look first`() async throws
    {
        try await withNotes { database in
            let steps = Steps()
            let asked = Mutex<Task<Int, any Error>?>(nil)
            let hint: @Sendable () -> Void = {
                steps.add("hint")
                let task = Task.immediate {
                    let look: @Sendable (any SQLConnection) throws -> Int? = { _ in
                        Issue.record("It was told that there is work.")
                        return nil
                    }
                    return try await database.write(unless: look) { try $0.query("SELECT id FROM notes", []).count }
                }
                asked.withLock { $0 = task }
            }
            try await database.write { connection in
                try connection.execute("INSERT INTO notes (id) VALUES (1)", [])
                connection.beforeCommit(hint)
                connection.afterCommit { steps.add("told") }
            }
            #expect(steps.all == ["hint", "told"])
            #expect(try await asked.withLock(\.self)?.value == 1)
            let looked = try await database.write(unless: { _ in "looked" }, { _ in "wrote" })
            #expect(looked == "looked", "The hint holds for one.")
        }
    }

    @Test func `fails alone and leaves nothing behind`() async throws {
        try await withNotes { database in
            await #expect(throws: NoteError.self) {
                try await database.write { connection in
                    try connection.execute("INSERT INTO notes (id) VALUES (1)", [])
                    connection.beforeCommit { Issue.record("What is not to be committed is hinted at.") }
                    connection.afterCommit { Issue.record("What was not committed is told of.") }
                    throw NoteError()
                }
            }
            try await database.insert(2)
            #expect(try await database.ids() == [2])
        }
    }

    @Test func `is not made once a commit was slow`() async throws {
        try await withNotes(limit: .milliseconds(20)) { database in
            try await database.write { connection in
                try connection.execute("INSERT INTO notes (id) VALUES (1)", [])
                let end = ContinuousClock.now + .milliseconds(100)
                while .now < end {}
            }
            try await database.insert(2)
            #expect(database.commitStatistics.loans <= 1)
            #expect(database.commitStatistics.commits == 2)
        }
    }

    @Test func `is not made while another database of the process has the thread that is lent`() async throws {
        let lender = ThreadLoan.Lender(threads: 2)
        try await withNotes(lender: lender) { one in
            try await withNotes(lender: lender) { other in
                try await whileOneHolds(one) { try await other.insert(1) }
                #expect(other.commitStatistics.loans == 0)
                try await other.insert(2)
                #expect(other.commitStatistics.loans == 1)
            }
        }
    }

    @Test func `does not wait for the lock of another process`() async throws {
        try await withTemporaryFolder { folder in
            var patient = settings()
            patient.busyTimeout = .seconds(3_600)
            let database = try SQLiteDatabase(path: folder + "/notes.db", settings: patient, migrations: notes)
            let other = try SQLiteDatabase(path: folder + "/notes.db", settings: settings(limit: .zero), migrations: notes)
            let write = try await whileOneHolds(other) {
                // Comes back while the lock is held, which only the end of this closure sets free.
                Task.immediate { try await database.insert(1) }
            }
            try await write.value
            #expect(database.commitStatistics == CommitStatistics(commits: 1, writes: 1, loans: 0))
            #expect(try await database.ids() == [1])
            await other.close()
            await database.close()
        }
    }

    @Test func `is waited for by the end of the database`() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(path: folder + "/notes.db", settings: settings(), migrations: notes)
            let steps = Steps()
            let closing = try await whileOneHolds(database, atEnd: { steps.add("written") }) {
                let closing = Task.immediate {
                    await database.close()
                    steps.add("closed")
                }
                await #expect(throws: ScriberrError.self) { try await database.insert(1) }
                return closing
            }
            await closing.value
            #expect(steps.all == ["written", "closed"])
        }
    }
}

@Suite struct `A thread` {
    @Test func `is lent again after several fast commits`() {
        let loan = ThreadLoan(limit: .milliseconds(1), from: ThreadLoan.Lender(threads: 2))
        #expect(loan.isAffordable)
        loan.note(.milliseconds(4), met: 1)
        #expect(!loan.isAffordable)
        #expect(!loan.take())
        loan.note(.microseconds(100), met: 1)
        #expect(!loan.isAffordable, "One fast commit says little.")
        for _ in 0..<10 { loan.note(.microseconds(100), met: 1) }
        #expect(loan.take())
        #expect(!loan.take(), "One at a time.")
        loan.giveBack()
        #expect(loan.take())
        loan.giveBack()
    }

    @Test func `is not lent while writes meet`() {
        let loan = ThreadLoan(limit: .milliseconds(1), from: ThreadLoan.Lender(threads: 2))
        loan.note(.microseconds(100), met: 16)
        #expect(!loan.isAffordable)
        for _ in 0..<7 { loan.note(.microseconds(100), met: 1) }
        #expect(!loan.isAffordable)
        loan.note(.microseconds(100), met: 1)
        #expect(loan.isAffordable)
    }

    @Test func `is never lent where there is no other`() {
        #expect(!ThreadLoan(limit: .seconds(1), from: ThreadLoan.Lender(threads: 1)).take())
    }
}

private struct NoteError: Error {}

/// What happened, in order.
private final class Steps: Sendable {
    private let steps = Mutex<[String]>([])

    var all: [String] { steps.withLock(\.self) }

    func add(_ step: String) { steps.withLock { $0.append(step) } }
}

private let notes = [Migration(id: 1, name: "notes") { _ in ["CREATE TABLE notes (id INTEGER PRIMARY KEY)"] }]

/// With a lender of its own no other test has the thread; no disk of a test machine is slower than the limit.
private func settings(
    limit: Duration = .seconds(30),
    lender: ThreadLoan.Lender = ThreadLoan.Lender(threads: 2)
) -> SQLiteSettings {
    var settings = SQLiteSettings()
    settings.loanLimit = limit
    settings.lender = lender
    return settings
}

private func withNotes(
    limit: Duration = .seconds(30),
    lender: ThreadLoan.Lender = ThreadLoan.Lender(threads: 2),
    _ body: (SQLiteDatabase) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let settings = settings(limit: limit, lender: lender)
        let database = try SQLiteDatabase(path: folder + "/notes.db", settings: settings, migrations: notes)
        try await body(database)
        await database.close()
    }
}

extension SQLiteDatabase {
    fileprivate func insert(_ id: Int) async throws {
        try await write { _ = try $0.execute("INSERT INTO notes (id) VALUES ($1)", [.int(id)]) }
    }

    fileprivate func ids() async throws -> [Int] {
        try await read { try $0.query("SELECT id FROM notes ORDER BY id", []).map { try $0.int("id") } }
    }
}

/// Runs `body` while a write holds the connection and the file's lock; it ends with `body`, and is the last thing waited for.
private func whileOneHolds<Value>(
    _ database: SQLiteDatabase,
    atEnd: @escaping @Sendable () -> Void = {},
    _ body: () async throws -> Value
) async throws -> Value {
    let gate = DispatchSemaphore(value: 0)
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    // On a thread of its own: those of tasks are few, and other tests need them.
    let holder = Task(executorPreference: OwnThread()) {
        try await database.write { _ in
            start.yield()
            gate.wait()
            atEnd()
        }
    }
    for await _ in started { break }
    let value: Value
    do {
        value = try await body()
    } catch {
        gate.signal()
        throw error
    }
    gate.signal()
    try await holder.value
    return value
}

private final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "holder")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
