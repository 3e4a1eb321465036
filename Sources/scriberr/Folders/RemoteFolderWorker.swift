import Foundation
import ScriberrCore
import ScriberrTranscript

/// Has a server transcribe.
struct RemoteFolderWorker: FolderWorker {
    let client: ServerClient
    let title: String?
    /// What every job is told; the recording is filled in.
    let request: NewJobRequest

    func store(_ path: String, hash: String) async throws -> String? {
        try await ResumableUpload(client: client, path: path, title: title).run()
    }

    func start(_ path: String, file: String?, hash: String, since: Timestamp) async throws -> String {
        var request = request
        request.fileID = file ?? ""
        // The server remembers the key: asked again about the same upload, which the journal knows, it answers the job that it made.
        let answer = try await client.send(
            .POST,
            "transcriptions",
            json: request,
            headers: [("Idempotency-Key", "watch-\(file ?? hash)")]
        )
        return (try answer.json() as RemoteJob).id
    }

    func finish(_ job: String, path: String, formats: [String]) async throws -> [(fileExtension: String, bytes: Data)] {
        let ended = try await JobFollower(client: client, id: job).run()
        // Another try is a person's choice.
        guard ended.status == "completed" else { throw ended.failure }
        let target = TranscriptTarget()
        var results: [(String, Data)] = []
        for name in formats {
            let format = try TranscriptExports.named(name).format
            results.append((format.fileExtension, try await target.fetch(job, format.id, client)))
        }
        return results
    }
}
