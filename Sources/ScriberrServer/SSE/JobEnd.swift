import Hummingbird
import HummingbirdCore
import ScriberrCore
import ScriberrServices
import ServiceLifecycle
import Synchronization

extension Call {
    /// The events after which a job is worth another look.
    static let endings: Set<String> = [
        "transcription.completed", "transcription.failed", "transcription.canceled", "transcription.deleted",
    ]

    /// The job, as soon as it has ended. Ends early when the server stops (`SERVICE_UNAVAILABLE`) or the client leaves
    /// (``ConnectionLost``); the job itself goes on in either case. The form must have been read with ``FormShape/leavesEnd``.
    func waitForEnd(_ owner: UserID, _ id: TranscriptionID) async throws -> Transcription {
        let (ticket, signals) = server.streams.add()
        defer { server.streams.remove(ticket) }
        let hasLeft = Mutex(false)
        intake.handOver()
        try await request.body.consumeWithInboundCloseHandler { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await waitForTerminal(owner, id) }
                group.addTask { for await signal in signals where signal == .end { return } }
                try await group.next()
                group.cancelAll()
            }
        } onInboundClosed: { [streams = server.streams] in
            hasLeft.withLock { $0 = true }
            streams.remove(ticket)
        }
        let job = try await services.transcriptions.get(owner, id)
        if job.status.isTerminal { return job }
        // A stop closes the way in as well, which looks like a client that left.
        let isStopping = Task.isShuttingDownGracefully || server.streams.isClosed
        throw hasLeft.withLock { $0 } && !isStopping ? ConnectionLost(cause: nil) : ScriberrError.serverStops
    }

    private func waitForTerminal(_ owner: UserID, _ id: TranscriptionID) async throws {
        // The stream starts with the present state, so an end before the subscription is not missed.
        for try await _ in services.events.subscribe(FeedRequest(owner: owner, subject: id.text, types: Self.endings)) {
            if try await services.transcriptions.get(owner, id).status.isTerminal { return }
        }
    }
}

extension ScriberrError {
    /// The work goes on after the next start; whoever asks again joins it.
    static let serverStops = ScriberrError(
        .serviceUnavailable,
        "The server is stopping. The work is kept: send the request again to wait for its result.",
        retryAfterSeconds: 2
    )
}
