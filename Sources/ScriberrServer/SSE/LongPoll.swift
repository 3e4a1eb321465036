import ScriberrCore
import ScriberrServices

extension Call {
    /// How long `?wait=30s` asks to wait, at most what is allowed; nil without it. Throws `VALIDATION_ERROR`.
    func waitLimit() throws -> Duration? {
        guard let text = query["wait"] else { return nil }
        guard let limit = Duration(text: text) ?? Int(text).map({ .seconds($0) }), limit >= .zero else {
            throw ScriberrError(.validation, "wait is a duration such as 30s.", field: "wait")
        }
        return min(limit, server.options.longPollMax)
    }

    /// The job, as soon as its status is another than at the start; as it stands when `limit` is over, at once when it has ended.
    /// Throws `UNAUTHORIZED` when the credential ends meanwhile.
    func waitForChange(_ owner: UserID, _ id: TranscriptionID, limit: Duration) async throws -> Transcription {
        let first = try await services.transcriptions.get(owner, id)
        guard !first.status.isTerminal, limit > .zero else { return first }
        let (ticket, signals) = server.streams.add()
        defer { server.streams.remove(ticket) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await waitForOther(than: first.status, owner, id) }
            group.addTask { try await Task.sleep(for: limit) }
            group.addTask { await waitForEnd(signals) }
            try await group.next()
            group.cancelAll()
        }
        guard await isStillAllowed() else { throw ScriberrError(.unauthorized, "Sign in, or send a valid API key.") }
        return try await services.transcriptions.get(owner, id)
    }

    private func waitForOther(than status: JobStatus, _ owner: UserID, _ id: TranscriptionID) async throws {
        // The stream starts with the present state, so a change between the first look and the subscription is not missed.
        for try await _ in services.events.subscribe(FeedRequest(owner: owner, subject: id.text)) {
            if try await services.transcriptions.get(owner, id).status != status { return }
        }
    }
}
