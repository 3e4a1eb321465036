import Logging
import ScriberrCore
import ScriberrQueue
import ScriberrStore
import Synchronization

/// Does nothing, and notes when it was asked to. Jobs of `held` run until their worker stops.
final class NotingHandler: JobHandler {
    private let held: UserID?
    private let starts = Mutex<[TranscriptionID: ContinuousClock.Instant]>([:])

    init(held: UserID? = nil) { self.held = held }

    func run(_ job: ClaimedJob, _ attempt: Attempt) async throws -> AttemptOutcome {
        let now = ContinuousClock.now
        starts.withLock { $0[job.lease.job] = now }
        // A canceled sleep throws, which ends the attempt.
        if job.job.owner == held { try await Task.sleep(for: .seconds(3_600)) }
        return .completed(emptyResult)
    }

    func start(of job: TranscriptionID) -> ContinuousClock.Instant? { starts.withLock { $0[job] } }

    /// When the first and the last job started, and how many did.
    var span: (count: Int, seconds: Double) {
        let instants = starts.withLock { Array($0.values) }
        guard let first = instants.min(), let last = instants.max() else { return (0, 0) }
        return (instants.count, (last - first).inSeconds)
    }

    /// Looks every millisecond whether `condition` holds, for at most a minute.
    func waits(until condition: (NotingHandler) -> Bool) async throws {
        let limit = ContinuousClock.now + .seconds(60)
        while !condition(self) {
            guard ContinuousClock.now < limit else { throw BenchError(description: "Jobs did not start within a minute.") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Runs a queue on `database` as the server does, woken by what is committed, while `body` runs.
func withWorkers(
    _ configuration: QueueConfiguration,
    _ database: SQLiteDatabase,
    _ handler: NotingHandler,
    _ body: () async throws -> Void
) async throws {
    let record = InstanceRecord(
        id: .make(),
        host: "bench",
        processID: 1,
        version: "0",
        exclusiveSeat: "bench",
        slots: configuration.workers,
        startedAt: .now
    )
    var logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let queue = JobQueue(
        configuration: configuration,
        instance: record,
        store: SQLJobStore(database: database),
        handler: handler,
        logger: logger
    )
    try await database.signals.jobs.calling({ _ in queue.wake() }) {
        // Awaited below, after it was told to stop.
        let work = Task { try await queue.run() }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        queue.stop()
        queue.stop()
        try await work.value
        try outcome.get()
    }
}
