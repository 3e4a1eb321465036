import Foundation
import ScriberrTestSupport
import Testing

/// The built programs with our fixture models: a folder of one's own models, a mirror, speakers told apart anew.
@Suite(.serialized)
struct ModelTests {
    private let sentences = OwnModels.fixture("audio/sentences.flac")
    /// Whisper in the catalogue, without a published checksum: a mirror may hold anything under its name.
    private let whisper = "distil-small-en"
    private let whisperArchive = "sherpa-onnx-whisper-distil-small.en"

    private func withServer(
        _ environment: [String: String],
        in folder: String,
        _ body: (ServerProcess, APIClient) async throws -> Void
    ) async throws {
        let server = ServerProcess(folder: folder, environment: environment)
        let client = try await APIClient.registered(at: server.start())
        do {
            try await body(server, client)
        } catch {
            _ = await server.stop()
            throw error
        }
        #expect(await server.stop() == 0)
    }

    private func words(_ client: APIClient, _ id: String) async throws -> [[String: Any]] {
        let transcript = try await client.send("GET", "transcriptions/\(id)/transcript").json
        return try #require(transcript["words"] as? [[String: Any]])
    }

    @Test(.timeLimit(.minutes(15)))
    func `a model of one's own transcribes a part, and its speakers are told apart later`() async throws {
        try await withTemporaryFolder { folder in
            try await withServer(["SPEECH_ENGINE_MODELS_DIR": OwnModels.make(in: folder)], in: folder) { _, client in
                let options = #"{"model":"own-nemo-ctc","start":4,"end":10}"#
                let submitted = try await client.upload(sentences, to: "transcriptions:submit", fields: ["options": options])
                let id = try #require(submitted.json["id"] as? String)
                _ = try await client.untilEnd(of: id)
                let before = try await words(client, id)
                let said = "four seven two nine one zero five eight three six two"
                #expect(before.compactMap { $0["word"] as? String }.joined(separator: " ") == said)
                let starts: [Double] = before.map { $0["start"] as? Double ?? -1 }
                let ends: [Double] = before.map { $0["end"] as? Double ?? 99 }
                #expect(starts.allSatisfy { $0 >= 4 } && ends.allSatisfy { $0 <= 10 })

                let ask: [String: any Sendable] = ["model": "own-diarization", "speakers": 2]
                let queued = try await client.send("POST", "transcriptions/\(id):diarize", json: ask)
                #expect(queued.status == 202)
                let job = try #require(queued.json["id"] as? String)
                let events = try await client.untilEnd(of: job)
                #expect(events.last?.type == "transcription.completed")
                #expect(events.contains { $0.json["stage"] as? String == "diarizing" })
                let after = try await words(client, id)
                #expect(after.compactMap { $0["word"] as? String } == before.compactMap { $0["word"] as? String })
                #expect(after.compactMap { $0["start"] as? Double } == before.compactMap { $0["start"] as? Double })
                #expect(after.contains { $0["speaker"] as? String == "SPEAKER_00" })
                let source = try await client.send("GET", "transcriptions/\(id)").json
                #expect(source["status"] as? String == "completed")
                #expect((source["engine"] as? [String: Any])?["diarization_model"] as? String == "own-diarization")
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a model comes from a mirror, transcribes, is verified and goes`() async throws {
        try await withTemporaryFolder { folder in
            let files = [
                ("encoder.onnx", "encoder.int8.onnx"), ("decoder.onnx", "decoder.int8.onnx"), ("tokens.txt", "tokens.txt"),
            ]
            try Mirror.pack(
                files.map { (OwnModels.fixture("models/whisper/" + $0.0), "distil-small.en-" + $0.1) },
                as: whisperArchive,
                tag: "asr-models",
                in: folder + "/mirror"
            )
            // Not what was published under this name.
            try "no archive".write(
                toFile: folder + "/mirror/asr-models/sherpa-onnx-whisper-tiny.tar.bz2",
                atomically: true,
                encoding: .utf8
            )
            let mirror = try await Mirror(folder: folder + "/mirror")
            defer { mirror.stop() }
            try await withServer(["SPEECH_ENGINE_MIRROR_URL": mirror.url], in: folder) { _, client in
                let options = ["options": #"{"model":"distil-small-en"}"#]
                let early = try await client.upload(sentences, to: "transcriptions:submit", fields: options)
                // It may have failed before we listen.
                let stream = "transcriptions/\(early.json["id"] ?? "")/events"
                let failed = try await client.events(stream, headers: ["Last-Event-ID": "0"]) { $0.isTerminal }
                #expect(failed.last?.json["code"] as? String == "MODEL_UNAVAILABLE")

                #expect(try await client.send("POST", "models/\(whisper):pull").status == 202)
                #expect(try await client.send("POST", "models/whisper-tiny:pull").status == 202)
                var ends: [String: ServerEvent] = [:]
                _ = try await client.events("events?types=model.ready,model.failed", headers: ["Last-Event-ID": "0"]) { event in
                    if event.type.hasPrefix("model.") { ends[event.json["id"] as? String ?? ""] = event }
                    return ends.count == 2
                }
                #expect(ends[whisper]?.type == "model.ready")
                #expect(ends["whisper-tiny"]?.type == "model.failed")
                #expect(ends["whisper-tiny"]?.json["code"] as? String == "DOWNLOAD_FAILED")
                // The mirror's own log is read by a thread of its own.
                #expect(await eventually { mirror.downloads(of: whisperArchive) == 1 })

                let submitted = try await client.upload(sentences, to: "transcriptions:submit", fields: options)
                let id = try #require(submitted.json["id"] as? String)
                let events = try await client.untilEnd(of: id)
                #expect(events.last?.type == "transcription.completed")
                #expect(events.contains { $0.json["stage"] as? String == "loading_model" })
                #expect(try await words(client, id).count > 20)

                #expect(try await client.send("POST", "models/\(whisper):verify").json["good"] as? Bool == true)
                #expect(try await client.send("DELETE", "models/\(whisper)").status == 204)
                #expect(try await client.send("GET", "models/\(whisper)").json["installed"] as? Bool == false)
                let left = try filesBelow(folder + "/data/models").filter { !$0.hasPrefix(".locks") }
                #expect(left == [])
            }
        }
    }
}
