import Logging
import ScriberrCore
import ScriberrQueue
import ScriberrStore
import Synchronization

/// Measures the queue on PostgreSQL: `postgres-bench SECTION URL [key=value…]`, one section a process, each in a database of its
/// own. Prints lines of `key=value` figures; `Benchmarks/run-postgres` repeats and folds them.
@main
enum PostgresBench {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count >= 2, let address = PostgresAddress(words[1]) else {
            print("Use: postgres-bench enqueue|cycle|drain|latency URL [key=value…]")
            return
        }
        let pairs = words.dropFirst(2).map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        let settings = Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], Int($0[1]) ?? 0) }) { $1 }
        let bench = try await Bench(address, sessions: settings["sessions"] ?? 8)
        switch words[0] {
        case "enqueue": try await enqueue(bench, callers: settings["callers"] ?? 1, seconds: settings["seconds"] ?? 3)
        case "cycle": try await cycle(bench, callers: settings["callers"] ?? 8, seconds: settings["seconds"] ?? 3)
        case "drain": try await drain(bench, workers: settings["workers"] ?? 1, jobs: settings["jobs"] ?? 6_000)
        case "latency": try await latency(bench, address, jobs: settings["jobs"] ?? 100)
        default: print("There is no section \(words[0]).")
        }
        await bench.database.close()
    }
}

/// A database with owners in it.
struct Bench: Sendable {
    let database: PostgresDatabase
    let store: SQLJobStore
    let owners: [UserID]

    init(_ address: PostgresAddress, sessions: Int) async throws {
        var settings = PostgresSettings()
        settings.sessions = sessions
        database = try PostgresDatabase(address: address, settings: settings)
        store = SQLJobStore(database: database)
        owners = try await database.write { connection in
            for number in 0..<50 {
                let name = "user\(number)"
                _ = try UserSQL.insert(connection, username: name, folded: name, passwordHash: "", role: .user, at: .now)
            }
            return try connection.query("SELECT id FROM users ORDER BY id", []).map { try $0.user("id") }
        }
    }

    func newJob(_ number: Int) -> Transcription {
        Transcription(
            id: .make(),
            owner: owners[number % owners.count],
            fileID: .make(),
            title: "Meeting of the working group, part \(number)",
            options: TranscriptionOptions(),
            audioSeconds: Double(60 + number % 3_600),
            createdAt: .now
        )
    }

    func enqueue(_ job: Transcription) async throws {
        try await store.enqueue(job, blobKey: "files/\(job.fileID.text)")
    }
}

/// Runs `body` for each caller at once until the time is over, and prints how often a second it was done.
private func rounds(
    _ section: String,
    callers: Int,
    seconds: Int,
    _ body: @Sendable @escaping (Int) async throws -> Void
) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + .seconds(seconds)
    let waits = try await withThrowingTaskGroup(of: [Duration].self) { group in
        for caller in 0..<callers {
            group.addTask {
                var waits: [Duration] = []
                while clock.now < end {
                    waits.append(try await clock.measure { try await body(caller + waits.count * callers) })
                }
                return waits
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    report(section, "callers=\(callers)", Double(waits.count) / (clock.now - start).inSeconds, waits)
}

private func enqueue(_ bench: Bench, callers: Int, seconds: Int) async throws {
    try await rounds("enqueue", callers: callers, seconds: seconds) { try await bench.enqueue(bench.newJob($0)) }
}

/// Each caller puts a job in, takes one and completes it, one durable step after the other, as the slots of one process.
private func cycle(_ bench: Bench, callers: Int, seconds: Int) async throws {
    let instance = InstanceID.make()
    try await rounds("cycle", callers: callers, seconds: seconds) { number in
        try await bench.enqueue(bench.newJob(number))
        let now = Timestamp.now
        let request = ClaimRequest(
            instance: instance,
            count: 1,
            leaseExpiresAt: now + .seconds(600),
            now: now
        )
        for job in try await bench.store.claim(request).jobs {
            guard try await bench.store.complete(job.lease, emptyResult, at: .now) == .applied else {
                throw BenchError(description: "A completion was refused.")
            }
        }
    }
}

/// How many waiting jobs a second one process with so many workers gets through when the work itself is nothing.
private func drain(_ bench: Bench, workers: Int, jobs: Int) async throws {
    for first in stride(from: 0, to: jobs, by: 1_000) {
        try await bench.database.write { connection in
            for number in first..<min(first + 1_000, jobs) {
                try JobSQL.enqueue(connection, bench.newJob(number), blobKey: "blob")
            }
        }
    }
    let handler = NotingHandler()
    try await withWorkers(workers, bench.database, handler) { try await handler.waits { $0.count >= jobs } }
    let span = handler.span
    report("drain", "workers=\(workers)", Double(jobs - 1) / span, [])
}

/// From the moment a caller asks until the job runs in a queue on sessions of its own, which hears of it by `NOTIFY` alone.
private func latency(_ bench: Bench, _ address: PostgresAddress, jobs: Int) async throws {
    let other = try PostgresDatabase(address: address)
    let handler = NotingHandler()
    var starts: [Duration] = []
    try await withWorkers(1, other, handler) {
        try await Task.sleep(for: .milliseconds(500))
        for number in 0..<jobs {
            let job = bench.newJob(number)
            let asked = ContinuousClock.now
            try await bench.enqueue(job)
            try await handler.waits { $0.start(of: job.id) != nil }
            if let start = handler.start(of: job.id) { starts.append(start - asked) }
            try await Task.sleep(for: .milliseconds(25))
        }
    }
    await other.close()
    report("latency", "workers=1", 0, starts)
}

private let emptyResult = JobResult(transcript: Array(#"{"segments":[],"text":"","words":[]}"#.utf8), text: "", audioSeconds: 60)

/// Something that the measurement rests on did not happen.
private struct BenchError: Error, CustomStringConvertible {
    let description: String
}

private func report(_ section: String, _ condition: String, _ perSecond: Double, _ waits: [Duration]) {
    var words = ["ours", section, condition]
    if perSecond > 0 { words.append("per_s=\(Int(perSecond))") }
    let sorted = waits.map { Int($0.inSeconds * 1_000_000) }.sorted()
    if !sorted.isEmpty {
        words += [50, 99].map { "p\($0)_us=\(sorted[(sorted.count - 1) * $0 / 100])" }
    }
    print(words.joined(separator: " "))
}

/// Does nothing, and notes when it was asked to.
private final class NotingHandler: JobHandler {
    private let starts = Mutex<[TranscriptionID: ContinuousClock.Instant]>([:])

    func run(_ job: ClaimedJob, _ attempt: Attempt) async throws -> AttemptOutcome {
        let now = ContinuousClock.now
        starts.withLock { $0[job.lease.job] = now }
        return .completed(emptyResult)
    }

    func start(of job: TranscriptionID) -> ContinuousClock.Instant? { starts.withLock { $0[job] } }

    var count: Int { starts.withLock { $0.count } }

    /// Seconds from the first start to the last.
    var span: Double {
        let instants = starts.withLock { Array($0.values) }
        guard let first = instants.min(), let last = instants.max() else { return 0 }
        return (last - first).inSeconds
    }

    func waits(until condition: (NotingHandler) -> Bool) async throws {
        let limit = ContinuousClock.now + .seconds(120)
        while !condition(self) {
            guard ContinuousClock.now < limit else { throw BenchError(description: "Jobs did not start in time.") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Runs a queue as a worker does while `body` runs.
private func withWorkers(
    _ workers: Int,
    _ database: PostgresDatabase,
    _ handler: NotingHandler,
    _ body: () async throws -> Void
) async throws {
    let record = InstanceRecord(
        id: .make(),
        host: "bench",
        processID: 1,
        version: "0",
        exclusiveSeat: nil,
        slots: workers,
        startedAt: .now
    )
    let queue = JobQueue(
        configuration: QueueConfiguration(workers: workers),
        instance: record,
        store: SQLJobStore(database: database),
        handler: handler,
        logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    )
    let notices = database.signals.jobs.subscribe()
    // Ended below by the end of the subscription.
    let relay = Task { for await _ in notices { queue.wake() } }
    // Awaited below, after it was told to stop.
    let work = Task { try await queue.run() }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    notices.end()
    queue.stop()
    queue.stop()
    try await work.value
    await relay.value
    try outcome.get()
}
