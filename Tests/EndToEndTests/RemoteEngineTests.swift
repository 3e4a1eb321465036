import Foundation
import ScriberrTestSupport
import Testing

/// One Scriberr as the remote engine of another, through its OpenAI door.
@Suite(.serialized)
struct RemoteEngineTests {
    private let sentences = OwnModels.fixture("audio/sentences.flac")

    @Test(.timeLimit(.minutes(15)))
    func `another server's model gives the words and times that it gives at home`() async throws {
        try await withPair { near, client, key in
            let away = try await words(client, #"{"model":"remote/own-nemo-ctc"}"#)
            let home = try await words(client, #"{"model":"own-nemo-ctc"}"#)
            #expect(away.map(\.text).prefix(8) == ["he", "will", "open", "the", "red", "door", "on", "monday"])
            #expect(away.map(\.text) == home.map(\.text))
            for (one, other) in zip(away, home) {
                #expect(abs(one.start - other.start) < 0.011, "\(one) at home \(other)")
                #expect(abs(one.end - other.end) < 0.011, "\(one) at home \(other)")
            }
            #expect(!near.output.contains { $0.contains(key) })
            // A part cannot be asked for there, which is said before anything is sent.
            let part = try await submit(client, #"{"model":"remote/own-nemo-ctc","start":2}"#)
            #expect(part.status == 422 && part.text.contains("options.start"))
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a model that the other server does not have fails the job at once, in our words`() async throws {
        try await withPair { _, client, _ in
            let job = try await ended(client, #"{"model":"remote/none"}"#)
            #expect(job["error_code"] as? String == "REMOTE_FAILED")
            #expect(job["error"] as? String == "The remote engine does not know the model or the address.")
            let tries = try await client.send("GET", "transcriptions/\(job["id"] ?? "")/executions").json
            #expect((tries["items"] as? [Any])?.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a key that is not taken fails the job, and nobody gets to see it`() async throws {
        try await withPair(key: "sk_hunter2hunter2") { near, client, key in
            let job = try await ended(client, #"{"model":"remote/own-nemo-ctc"}"#)
            #expect(job["error_code"] as? String == "REMOTE_FAILED")
            #expect(job["error"] as? String == "The remote engine did not accept the key.")
            let id = job["id"] as? String ?? ""
            for path in ["", "/logs", "/executions"] {
                #expect(try await !client.send("GET", "transcriptions/\(id)\(path)").text.contains(key))
            }
            #expect(try await !client.send("GET", "models/transcription").text.contains(key))
            #expect(!near.output.contains { $0.contains(key) })
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a server that is gone is tried again, then told of in our words`() async throws {
        try await withPair(attempts: 2) { near, client, _ in
            #expect(await near.far.stop() == 0)
            let job = try await ended(client, #"{"model":"remote/own-nemo-ctc"}"#)
            #expect(job["error_code"] as? String == "REMOTE_FAILED")
            #expect(job["error"] as? String == "The remote engine cannot be reached.")
            let tries = try await client.send("GET", "transcriptions/\(job["id"] ?? "")/executions").json
            #expect((tries["items"] as? [Any])?.count == 2)
        }
    }

    private struct Word { var text: String, start: Double, end: Double }

    private func submit(_ client: APIClient, _ options: String) async throws -> APIClient.Answer {
        try await client.upload(sentences, to: "transcriptions:submit", fields: ["options": options])
    }

    /// Submits a job and answers it as it ended.
    private func ended(_ client: APIClient, _ options: String) async throws -> [String: Any] {
        let submitted = try await submit(client, options)
        let id = try #require(submitted.json["id"] as? String, "\(submitted.text)")
        _ = try await client.events("transcriptions/\(id)/events", headers: ["Last-Event-ID": "0"]) { $0.isTerminal }
        return try await client.send("GET", "transcriptions/\(id)").json
    }

    private func words(_ client: APIClient, _ options: String) async throws -> [Word] {
        let job = try await ended(client, options)
        #expect(job["status"] as? String == "completed", "\(job)")
        let transcript = try await client.send("GET", "transcriptions/\(job["id"] ?? "")/transcript").json
        let words = try #require(transcript["words"] as? [[String: Any]])
        return words.map { word in
            Word(
                text: word["word"] as? String ?? "",
                start: word["start"] as? Double ?? -1,
                end: word["end"] as? Double ?? -1
            )
        }
    }

    /// The server that is asked, with the one behind it.
    private struct Near {
        let process: ServerProcess
        let far: ServerProcess
        var output: [String] { process.output }
    }

    /// Runs a server and one that has it as an engine. `key` goes before one that is good.
    private func withPair(
        key: String? = nil,
        attempts: Int = 3,
        _ body: (Near, APIClient, _ key: String) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            for name in ["far", "near"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            let models = try OwnModels.make(in: folder)
            let far = ServerProcess(folder: folder + "/far", environment: ["SPEECH_ENGINE_MODELS_DIR": models])
            let address = try await far.start()
            let owner = try await APIClient.registered(at: address)
            let good = try #require(try await owner.send("POST", "api-keys", json: ["name": "near"]).json["key"] as? String)
            let near = ServerProcess(
                folder: folder + "/near",
                environment: [
                    "SPEECH_ENGINE_MODELS_DIR": models, "SPEECH_REMOTE_URL": address.absoluteString + "/v1",
                    "SPEECH_REMOTE_KEY": key ?? good, "SPEECH_REMOTE_MODELS": "own-nemo-ctc,none",
                    "TRANSCRIPTION_MAX_ATTEMPTS": String(attempts),
                ]
            )
            var failure: (any Error)?
            do {
                let client = try await APIClient.registered(at: near.start())
                try await body(Near(process: near, far: far), client, key ?? good)
            } catch {
                failure = error
            }
            #expect(await near.stop() == 0)
            if far.processID != nil { #expect(await far.stop() == 0) }
            if let failure { throw failure }
        }
    }
}
