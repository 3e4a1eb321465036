import Logging
import ScriberrCore
import ScriberrEngines
import ScriberrQueue
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

extension World {
    /// Runs a queue with one worker on the real store, whose jobs this engine does, until `isDone`.
    func work(
        _ engine: ScriptedProvider,
        _ recordings: (any RecordingLookup)? = nil,
        configuration: QueueConfiguration = QueueConfiguration(workers: 1, leaseTimeout: .seconds(60)),
        clock: some Clock<Duration> = ContinuousClock(),
        until isDone: () async throws -> Bool
    ) async throws {
        let queue = JobQueue(
            configuration: configuration,
            instance: InstanceRecord(
                id: .make(),
                host: "test",
                processID: 1,
                version: "0",
                exclusiveSeat: nil,
                slots: 1,
                startedAt: self.clock.now()
            ),
            store: SQLJobStore(database: database),
            handler: TranscriptionPipeline(
                recordings: recordings ?? StoredRecordings(database: database, blobs: blobs),
                engines: try ProviderRegistry([engine])
            ),
            clock: clock,
            wallClock: self.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        // Awaited below.
        let running = Task { try await queue.run() }
        let done = await eventually { (try? await isDone()) ?? false }
        running.cancel()
        // It was told to stop.
        _ = try? await running.value
        #expect(done)
    }
}
