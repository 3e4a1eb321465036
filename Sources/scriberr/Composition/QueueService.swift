import ScriberrQueue
import ServiceLifecycle

/// The queue among the process's services.
///
/// Its jobs are told to stop when the process is, not when the parts before it have stopped: an upload and a job that both need
/// seconds to end need them at once. Its turn comes when it comes; until then it stays.
struct QueueService: Service {
    let queue: JobQueue

    func run() async throws {
        try await queue.run()
        // A queue that ended by itself would be missed.
        if queue.isStopAsked { try? await gracefulShutdown() }
    }

    /// Tells the queue of the stop. The last of the services, and so the first to hear of it.
    struct Herald: Service {
        let queue: JobQueue

        func run() async throws {
            // Canceled is told to stop as well.
            try? await gracefulShutdown()
            queue.beginStop()
        }
    }
}
