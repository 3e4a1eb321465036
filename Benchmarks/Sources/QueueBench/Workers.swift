import Logging
import ScriberrCore
import ScriberrQueue
import ScriberrStore
import Synchronization

/// Does nothing, and notes when it was asked to. Jobs of `held` run until their worker stops.
final class NotingHandler: JobHandler {
    private let held: UserID?
    private let state = Mutex(State())

    private struct State {
        var starts: [TranscriptionID: ContinuousClock.Instant] = [:]
        /// Who waits until so many jobs have started: looking for it again and again would be work beside what is measured.
        var waiter: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    init(held: UserID? = nil) { self.held = held }

    func run(_ job: ClaimedJob, _ attempt: Attempt) async throws -> AttemptOutcome {
        let now = ContinuousClock.now
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.starts[job.lease.job] = now
            guard let waiter = state.waiter, state.starts.count >= waiter.count else { return nil }
            state.waiter = nil
            return waiter.continuation
        }?.resume()
        // A canceled sleep throws, which ends the attempt.
        if job.job.owner == held { try await Task.sleep(for: .seconds(3_600)) }
        return .completed(emptyResult)
    }

    func start(of job: TranscriptionID) -> ContinuousClock.Instant? { state.withLock { $0.starts[job] } }

    /// When the first and the last job started, and how many did.
    var span: (count: Int, seconds: Double) {
        let instants = state.withLock { Array($0.starts.values) }
        guard let first = instants.min(), let last = instants.max() else { return (0, 0) }
        return (instants.count, (last - first).inSeconds)
    }

    /// Waits until so many jobs have started. One task waits at a time.
    func started(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.starts.count < count { state.waiter = (count, continuation) }
                return state.starts.count >= count
            }
            if isDone { continuation.resume() }
        }
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
