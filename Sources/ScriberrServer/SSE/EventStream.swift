import HTTPTypes
import Hummingbird
import Logging
import ScriberrCore
import ScriberrServices

extension Call {
    /// Answers with events until the client leaves, the credential ends or the server stops.
    func eventStream(_ request: FeedRequest) -> Answer {
        Answer(
            status: .ok,
            headers: [
                .contentType: "text/event-stream",
                .cacheControl: "no-cache, no-transform",
                .accelBuffering: "no",
                // What clients of the earlier implementation look for.
                .connection: headers[.connection]?.lowercased() == "close" ? "close" : "keep-alive",
            ],
            body: .stream(length: nil) { sink in
                try await stream(into: sink) { try await sendEvents(request, into: $0) }
            }
        )
    }

    /// The place that the client has reached, from `Last-Event-ID` or, where headers cannot be set, the query.
    func lastEventID() throws -> Int64? {
        guard let text = headers[.lastEventID] ?? query["last_event_id"], !text.isEmpty else { return nil }
        guard let sequence = Int64(text), sequence >= 0 else {
            throw ScriberrError(.validation, "Last-Event-ID is a whole number from an earlier event.", field: "Last-Event-ID")
        }
        return sequence
    }

    /// Runs `send`, with heartbeats beside it, until it is done, the client leaves, the credential ends or the server stops.
    func stream(into sink: AnswerSink, _ send: @escaping @Sendable (AnswerSink) async throws -> Void) async throws {
        let (id, signals) = server.streams.add()
        defer { server.streams.remove(id) }
        try await intake.withLeaveHandler { [streams = server.streams] in
            streams.remove(id)
        } _: {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await send(sink) }
                group.addTask { try await sendHeartbeats(into: sink) }
                group.addTask { await waitForEnd(signals) }
                // Whoever is first ends the stream: all is sent, the credential is void, or the connection is gone.
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private func sendEvents(_ feed: FeedRequest, into sink: AnswerSink) async throws {
        try await sink.write(": connected\n\n".utf8)
        var reader = services.events.subscribe(feed).makeAsyncIterator()
        while true {
            switch try await reader.step() {
            case .message(let message): try await sink.write(message.frame)
            case .caughtUp(let place): reader.goOn(after: await sink.follow(server.audience, feed, after: place))
            case .ended: return
            }
        }
    }

    /// A comment in every silence keeps proxies from closing the stream; events in between cost at most one comment too many.
    private func sendHeartbeats(into sink: AnswerSink) async throws {
        while true {
            try await Task.sleep(for: server.options.heartbeatInterval)
            guard await isStillAllowed() else { return }
            try await sink.write(": heartbeat\n\n".utf8)
        }
    }

    /// Returns when the server stops, or the credential has ended.
    func waitForEnd(_ signals: AsyncStream<StreamRegistry.Signal>) async {
        for await signal in signals {
            switch signal {
            case .end: return
            case .recheck: if await !isStillAllowed() { return }
            }
        }
    }

    /// Whether the credential that the call came with is still good.
    func isStillAllowed() async -> Bool { await proof?.isStillGood() ?? true }
}
