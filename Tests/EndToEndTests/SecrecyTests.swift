import Foundation
import ScriberrTestSupport
import Testing

/// Every setting that holds a secret or a place has a canary in it, and all that is native fails with canaries in its words.
struct SecrecyTests {
    private let secret = "canary-secret-4c1f9a7e"
    private let place = "canary-place-7d20be55"

    @Test(.timeLimit(.minutes(15)))
    func `no answer, event or transcript log shows a secret, a place or what native programs say`() async throws {
        try await withTemporaryFolder { folder in
            let server = ServerProcess(folder: folder, environment: try environment(in: folder))
            let client = try await APIClient.registered(at: server.start())
            do {
                try await makeTrouble(client)
                try await lookEverywhere(client)
            } catch {
                _ = await server.stop()
                throw error
            }
            #expect(await server.stop() == 0)
            #expect(server.output.filter { $0.contains(secret) } == [])
        }
    }

    /// Settings with canaries; the programs that they name are ours and complain.
    private func environment(in folder: String) throws -> [String: String] {
        let home = "\(folder)/\(place)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        for program in ["engine", "yt-dlp"] {
            let script = "#!/bin/sh\necho 'cannot open /srv/\(place)/x token=\(secret)' >&2\necho '\(place)'\nexit 3\n"
            try script.write(toFile: "\(home)/\(program)", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(home)/\(program)")
        }
        return [
            "JWT_SECRET": "\(secret)-\(secret)-\(secret)", "JWT_SECRET_FILE": "\(home)/jwt",
            "DATABASE_PATH": "\(home)/db.sqlite", "UPLOAD_DIR": "\(home)/uploads", "UPLOAD_STAGING_DIR": "\(home)/staging",
            "TRANSCRIPTS_DIR": "\(home)/transcripts", "SPEECH_ENGINE_CACHE_DIR": "\(home)/models",
            "SPEECH_ENGINE_MIRROR_URL": "http://someone:\(secret)@127.0.0.1:9/\(place)", "OUTBOUND_ALLOW_PRIVATE": "true",
            "SPEECH_REMOTE_URL": "http://127.0.0.1:9/\(place)", "SPEECH_REMOTE_KEY": secret, "SPEECH_REMOTE_MODELS": "big",
            "SCRIBERR_ENGINE_PATH": "\(home)/engine", "YT_DLP_PATH": "\(home)/yt-dlp", "EXPORT_DIR": "\(home)/exports",
            "AWS_SECRET_ACCESS_KEY": secret, "HF_TOKEN": secret, "OPENAI_API_KEY": secret, "TRANSCRIPTION_MAX_ATTEMPTS": "1",
        ]
    }

    /// Makes everything fail that can.
    private func makeTrouble(_ client: APIClient) async throws {
        let recording = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path
        for model in ["pocketsphinx-en-us", "remote/big"] {
            let options = ["options": #"{"model":"\#(model)"}"#]
            let made = try await client.upload(recording, to: "transcriptions:submit", fields: options)
            let id = try #require(made.json["id"] as? String, "\(model): \(made.text)")
            let events = try await client.events("transcriptions/\(id)/events", headers: ["Last-Event-ID": "0"]) { $0.isTerminal }
            #expect(events.last?.type == "transcription.failed", "\(model)")
        }
        let video = try await client.send("POST", "files:import-youtube", json: ["url": "https://youtu.be/x"])
        #expect(video.status == 202)
        #expect(try await client.send("POST", "models/whisper-base:pull").status == 202)
        _ = try await client.events("events", headers: ["Last-Event-ID": "0"]) { $0.type == "file.failed" }
        _ = try await client.send("POST", "profiles", json: ["name": "Meetings", "is_default": true])
        _ = try await client.send(
            "POST",
            "webhooks",
            json: ["url": "http://127.0.0.1:9/", "events": ["transcription.completed"]]
        )
    }

    /// Reads everything that there is to read.
    private func lookEverywhere(_ client: APIClient) async throws {
        let document = try await client.send("GET", "openapi.json")
        let paths = try #require(document.json["paths"] as? [String: [String: Any]])
        var ids: [String: [String]] = [:]
        for kind in ["files", "transcriptions", "profiles", "webhooks"] {
            let items = try await client.send("GET", kind).json["items"] as? [[String: Any]] ?? []
            ids[kind] = items.compactMap { $0["id"] as? String }
        }
        #expect(ids["transcriptions"]?.count == 2)
        ids["models"] = ["whisper-base", "pocketsphinx-en-us", "remote/big"]
        ids["admin"] = ["user_1"]
        for (path, operations) in paths.sorted(by: { $0.key < $1.key }) {
            guard path.hasPrefix("/api/v1/"), !path.hasSuffix("/events") else { continue }
            let path = String(path.dropFirst(8))
            for id in ids[String(path.split(separator: "/")[0])] ?? ["none"] {
                let address = path.replacing("{id}", with: id.replacing("/", with: "%2F")).replacing(/\{[a-z]+\}/, with: "1")
                for method in operations.keys where method == "get" || address.hasSuffix(":verify") {
                    expectSilence(try await client.send(method.uppercased(), address), "\(method) \(address)")
                }
            }
        }
        let events = try await client.events("events", headers: ["Last-Event-ID": "0"]) {
            $0.type == "webhook.updated" || $0.type == "profile.updated"
        }
        for event in events { for word in [secret, place] { #expect(!event.data.contains(word), "\(event.type)") } }
    }

    private func expectSilence(_ answer: APIClient.Answer, _ what: String) {
        let all = answer.text + answer.headers.map { "\($0.key): \($0.value)\n" }.joined()
        for word in [secret, place] { #expect(!all.contains(word), "\(what): \(answer.text.prefix(300))") }
    }
}
