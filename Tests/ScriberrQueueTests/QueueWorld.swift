import Logging
import ScriberrCore
import ScriberrTestSupport
import Synchronization

@testable import ScriberrQueue

/// A queue process with all that stands around it, on a clock that the test moves.
struct QueueWorld: Sendable {
    let queue: JobQueue
    let store: InMemoryJobStore
    let clock: ManualClock
    let wall: ManualWallClock

    /// Puts a job in the queue.
    @discardableResult
    func create(_ number: Int, maxAttempts: Int = 3) -> TranscriptionID {
        let job = Transcription.sample(number, maxAttempts: maxAttempts, at: wall.now())
        store.create(job)
        return job.id
    }

    func advance(by duration: Duration) {
        wall.advance(by: duration)
        clock.advance(by: duration)
    }

    /// Whether `condition` comes to hold while time goes on.
    func movesOn(until condition: () -> Bool) async -> Bool {
        await eventually {
            advance(by: .milliseconds(100))
            return condition()
        }
    }

    func job(_ id: TranscriptionID) -> Transcription? { store.table.jobs[id] }

    func status(_ id: TranscriptionID) -> JobStatus? { job(id)?.status }

    func becomes(_ id: TranscriptionID, _ status: JobStatus) async -> Bool { await eventually { self.status(id) == status } }

    /// Where a script's attempt meets its test: `arrive` in the handler, `arrival` in the test.
    final class Meeting: Sendable {
        private let (stream, continuation) = AsyncStream<Attempt>.makeStream()
        func arrive(_ attempt: Attempt) { continuation.yield(attempt) }
        func arrival() async -> Attempt? {
            for await attempt in stream { return attempt }
            return nil
        }
    }
}

/// Runs a queue with `script` as its handler while `body` runs, then stops it and waits for its end.
func withQueue(
    _ configuration: QueueConfiguration = .init(),
    store: InMemoryJobStore = InMemoryJobStore(),
    script: @escaping @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome,
    _ body: (QueueWorld) async throws -> Void
) async throws {
    let clock = ManualClock()
    let wall = ManualWallClock()
    let queue = JobQueue(
        configuration: configuration,
        instance: .sample(1, at: wall.now()),
        store: store,
        handler: ScriptedHandler(script: script),
        clock: clock,
        wallClock: wall,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        random: SeededRandom(seed: 1)
    )
    let run = Task { try await queue.run() }
    try await body(QueueWorld(queue: queue, store: store, clock: clock, wall: wall))
    queue.stop()
    queue.stop()
    try await run.value
}

struct ScriptedHandler: JobHandler {
    let script: @Sendable (ClaimedJob, Attempt) async throws -> AttemptOutcome

    func run(_ job: ClaimedJob, _ attempt: Attempt) async throws -> AttemptOutcome { try await script(job, attempt) }
}

/// Waits until the task is canceled, then throws as a well-behaved engine does.
func workUntilCanceled() async throws -> Never {
    while true { try await Task.sleep(for: .seconds(3_600)) }
}

extension Transcription {
    static func sample(_ number: Int, owner: Int64 = 1, maxAttempts: Int = 3, at time: Timestamp = .zero) -> Transcription {
        Transcription(
            id: TranscriptionID(trusted: "tr_\(number)"),
            owner: UserID(owner),
            fileID: FileID(trusted: "file_1"),
            title: "Sample",
            options: TranscriptionOptions(),
            maxAttempts: maxAttempts,
            audioSeconds: 60,
            createdAt: time
        )
    }
}

extension InstanceRecord {
    static func sample(_ number: Int, at time: Timestamp = .zero) -> InstanceRecord {
        InstanceRecord(
            id: InstanceID(trusted: "inst_\(number)"),
            host: "host",
            processID: number,
            version: "test",
            exclusiveSeat: nil,
            slots: 1,
            startedAt: time
        )
    }
}

extension JobResult {
    static let sample = JobResult(transcript: Array("{}".utf8), text: "words")
}

extension Timestamp {
    static let zero = Timestamp(microseconds: 0)
}
