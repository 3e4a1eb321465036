import Foundation
import ScriberrCore

/// Follows a job on the server until it has ended; a stream that breaks is taken up where it was.
struct JobFollower: Sendable {
    let client: ServerClient
    let id: String
    /// Hears the stage and how far the job is, 0 to 1.
    let progress: @Sendable (String, Double) -> Void
    /// Hears every event; what it throws ends the run.
    var event: @Sendable (ServerEvent) throws -> Void = { _ in }
    private static let triesMax = 10
    private static let ends = [
        "transcription.completed", "transcription.failed", "transcription.canceled", "transcription.deleted",
    ]

    init(
        client: ServerClient,
        id: String,
        progress: @escaping @Sendable (String, Double) -> Void = { _, _ in },
        event: @escaping @Sendable (ServerEvent) throws -> Void = { _ in }
    ) {
        self.client = client
        self.id = id
        self.progress = progress
        self.event = event
    }

    /// The job once it has ended. Throws `REMOTE_FAILED` when the server is away for too long.
    func run() async throws -> RemoteJob {
        var (last, tries): (String?, Int) = (nil, 0)
        while true {
            do {
                var heard = false
                try await client.events("transcriptions/\(id)/events", after: last) { message in
                    (last, heard) = (message.id ?? last, true)
                    return try await take(message)
                }
                if heard { tries = 0 }
                let job = try await client.job(id)
                if job.hasEnded { return job }
            } catch let error as ScriberrError where error.disposition == .transient {
                tries += 1
                guard tries < Self.triesMax else { throw error }
                try await Task.sleep(for: .milliseconds(200 << min(tries, 5)))
            }
        }
    }

    /// False at the end of the job.
    private func take(_ message: ServerEvent) async throws -> Bool {
        try event(message)
        let decoder = JSONDecoder()
        // What is not about progress has other fields.
        if let state = try? decoder.decode(RemoteProgress.self, from: Data(message.data.utf8)) {
            if let stage = state.stage { progress(stage, state.progress ?? 0) }
            if message.name == "snapshot", let status = state.status {
                return !["completed", "failed", "canceled"].contains(status)
            }
        }
        return !Self.ends.contains(message.name)
    }
}

extension ServerClient {
    func job(_ id: String) async throws -> RemoteJob { try await send(.GET, "transcriptions/\(escaped(id))").json() }

    /// A text that a person typed, as part of a path or query.
    func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-_.~"))) ?? ""
    }
}
