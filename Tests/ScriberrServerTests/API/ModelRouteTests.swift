import Foundation
import NIOHTTP1
import ScriberrCore
import ScriberrStore
import Testing

@Suite struct ModelRoutes {
    @Test func `a model tells all about itself`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let model = try await client.get("/api/v1/models/diarization-default")
            #expect(model["id"] == "diarization-default")
            #expect(model.value("downloadable") as? Bool == true)
            #expect(model.json["download"] is NSNull)
            #expect(try await client.get("/api/v1/models/none").failure == "404 NOT_FOUND")
        }
    }

    @Test func `a pull is accepted at once, and its failure is told in events and on the model`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let answer = try await client.send("POST", "/api/v1/models/diarization-default:pull")
            #expect(answer.status == 202)
            let path = "/api/v1/events?types=model.progress,model.failed"
            let failed = try await client.events(path, [("Last-Event-ID", "0")]) { events async throws in
                try await events.next(named: "model.failed")
            }
            #expect(failed?.contains("DOWNLOAD_FAILED") == true && failed?.contains("canary") == false)
            let model = try await client.get("/api/v1/models/diarization-default")
            let download = try #require(model.json["download"] as? [String: Any])
            #expect(download["status"] as? String == "failed")
            #expect(download["error_code"] as? String == "DOWNLOAD_FAILED")
            #expect(!model.text.contains("canary"))
        }
    }

    @Test func `a model that cannot be downloaded is not pulled nor removed`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await client.send("POST", "/api/v1/models/whisper-base:pull").status == 202)
            #expect(try await client.send("DELETE", "/api/v1/models/whisper-base").failure == "409 CONFLICT")
            #expect(try await client.send("DELETE", "/api/v1/models/diarization-default").failure == "404 NOT_FOUND")
            #expect(try await client.send("POST", "/api/v1/models/none:pull").failure == "404 NOT_FOUND")
            let check = try await client.send("POST", "/api/v1/models/whisper-base:verify")
            #expect(check.value("good") as? Bool == false)
            #expect(try await client.send("POST", "/api/v1/models/diarization-default:verify").failure == "409 CONFLICT")
        }
    }

    @Test func `models are changed by admins only`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k","scopes":["read","write"]}"#)
            let program = world.anonymous.adding("X-API-Key", key["key"] ?? "")
            #expect(try await program.get("/api/v1/models/whisper-base").status == 200)
            for (method, verb) in [("POST", ":pull"), ("POST", ":verify"), ("DELETE", "")] {
                #expect(try await program.send(method, "/api/v1/models/whisper-base\(verb)").failure == "403 FORBIDDEN")
            }
        }
    }
}

@Suite struct DiarizationRoute {
    /// A finished transcription.
    private func finished(_ world: ServerWorld, _ client: TestClient) async throws -> String {
        let id = try await client.job()
        let store = SQLJobStore(database: world.database)
        let request = ClaimRequest(instance: .make(), count: 1, leaseExpiresAt: .now + .seconds(60), now: .now)
        let lease = try #require(try await store.claim(request).jobs.first).lease
        let transcript = #"{"text":"one","language":null,"segments":[],"words":[],"engine":{}}"#
        _ = try await store.complete(lease, JobResult(transcript: Array(transcript.utf8), text: "one"), at: .now)
        return id
    }

    @Test(arguments: ["", "{}", #"{"speakers":2}"#, #"{"options":{"speakers":2,"model":null}}"#, #"{"min_speakers":2}"#])
    func `a finished transcription's speakers can be told apart anew`(_ body: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let id = try await finished(world, client)
            let answer = try await client.send("POST", "/api/v1/transcriptions/\(id):diarize", json: body)
            #expect(answer.status == 202)
            #expect(answer["source_transcription_id"] == id && answer["status"] == "queued")
            let job = try await client.get("/api/v1/transcriptions/\(answer["id"] ?? "")")
            #expect(job["source_transcription_id"] == id)
            let options = try #require(job.json["options"] as? [String: Any])
            #expect(options["speakers"] as? Int == (body.contains(#""speakers":2"#) ? 2 : nil))
            #expect(try await client.get("/api/v1/transcriptions/\(id)")["status"] == "completed")
            #expect(try await client.get("/api/v1/transcriptions").items.count == 1)
            #expect(try await client.send("POST", "/api/v1/transcriptions/\(id):diarize").failure == "409 CONFLICT")
            let cancel = try await client.send("POST", "/api/v1/transcriptions/\(answer["id"] ?? ""):cancel")
            #expect(cancel["status"] == "canceled")
        }
    }

    @Test func `what does not fit is refused`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let waiting = "/api/v1/transcriptions/\(try await client.job()):diarize"
            #expect(try await client.send("POST", waiting).failure == "409 CONFLICT")
            #expect(try await client.send("POST", "/api/v1/transcriptions/tr_0:diarize").failure == "404 NOT_FOUND")
        }
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = "/api/v1/transcriptions/\(try await finished(world, client)):diarize"
            #expect(try await client.send("POST", path, json: #"{"speakers":"two"}"#).failure == "400 INVALID_REQUEST")
            #expect(
                try await client.send("POST", path, json: #"{"speakers":0}"#).failure == "422 VALIDATION_ERROR options.speakers"
            )
        }
    }
}
