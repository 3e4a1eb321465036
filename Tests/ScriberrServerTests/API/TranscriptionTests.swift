import Foundation
import NIOHTTP1
import Testing

@Suite struct TranscriptionRoutes {
    @Test func `a job shows every field of the contract, absent values as null`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.get("/api/v1/transcriptions/\(client.job())")
            let fields: Set = [
                "id", "file_id", "title", "status", "language", "diarization", "created_at", "updated_at", "progress",
                "progress_stage", "started_at", "completed_at", "failed_at", "error",
            ]
            #expect(fields.isSubset(of: job.json.keys))
            for name in ["language", "started_at", "completed_at", "failed_at", "error"] { #expect(job.json[name] is NSNull) }
            #expect(job["created_at"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
            #expect(job.value("queue_position") as? Int == 1)
            let id = job["id"] ?? ""
            let renamed = try await client.send("PATCH", "/api/v1/transcriptions/\(id)", json: #"{"title":"b"}"#)
            #expect(Set(renamed.json.keys) == Set(job.json.keys) && renamed.value("queue_position") as? Int == 1)
            let made = try await client.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(job["file_id"] ?? "")"}"#)
            #expect(made.status == 202, "\(made.text)")
            #expect(Set(made.json.keys) == Set(job.json.keys) && made.json["queue_position"] is NSNull)
            _ = try await client.send("POST", "/api/v1/transcriptions/\(made["id"] ?? ""):cancel")
            #expect(world.log.text.contains("Canceling transcription job"))
            _ = try await client.send("DELETE", "/api/v1/transcriptions/\(made["id"] ?? "")")
            let item = try #require(try await client.get("/api/v1/transcriptions").items.first)
            #expect(
                Set(item.keys) == [
                    "id", "file_id", "title", "status", "progress", "progress_stage", "duration_seconds", "created_at",
                    "updated_at", "language", "detected_language", "warnings", "error", "error_code",
                ]
            )
        }
    }

    @Test(arguments: [
        ("", "400 INVALID_REQUEST"), ("{}", "422 VALIDATION_ERROR file_id"),
        (#"{"file_id":"file_0","options":{"language":"english"}}"#, "422 VALIDATION_ERROR options.language"),
        (#"{"file_id":"file_0","profile_id":"profile_0"}"#, "422 VALIDATION_ERROR profile_id"),
        (#"{"file_id":"file_0","profile_id":"0"}"#, "422 VALIDATION_ERROR profile_id"),
        (#"{"file_id":"file_0"}"#, "404 NOT_FOUND file_id"), (#"{"file_id":"tr_0"}"#, "404 NOT_FOUND file_id"),
        (#"{"file_id":5}"#, "400 INVALID_REQUEST"),
        (#"{"file_id":"file_0","options":{"diarization":"yes"}}"#, "400 INVALID_REQUEST"),
        (#"{"file_id":"file_0","options":{"model":"no-such-model"}}"#, "422 VALIDATION_ERROR options.model"),
    ])
    func `a wrong request is told what is wrong`(_ body: String, _ failure: String) async throws {
        try await ServerWorld.run { world async throws in
            let answer = try await world.signedIn().send("POST", "/api/v1/transcriptions", json: body)
            #expect(answer.failure == failure || answer.failure + " file_id" == failure)
        }
    }

    @Test func `a caller who asks to joins a job that already waits for the same bytes and options`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            func submit(_ fields: [String: String], seed: UInt8 = 1) async throws -> String? {
                var form = TestForm().file(TestForm.recording(seed: seed))
                for (name, value) in fields { form = form.field(name, value) }
                return try await client.send(form: form, to: "/api/v1/transcriptions:submit")["id"]
            }
            let first = try #require(try await submit(["join_running": "true"]))
            #expect(try await submit(["join_running": "true"]) == first)
            #expect(try await submit([:]) != first)
            #expect(try await submit(["join_running": "true", "options": #"{"language":"en"}"#]) != first)
            #expect(try await submit(["join_running": "true"], seed: 2) != first)
            _ = try await client.send("POST", "/api/v1/transcriptions/\(first):cancel")
            #expect(try await submit(["join_running": "true"]) != first)
            let wrong = TestForm().file(TestForm.recording()).field("join_running", "maybe")
            let answer = try await client.send(form: wrong, to: "/api/v1/transcriptions:submit")
            #expect(answer.failure == "422 VALIDATION_ERROR join_running")
        }
    }

    @Test func `a waiting job says why it does not run yet`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            // Nobody works in this world.
            let job = try await client.get("/api/v1/transcriptions/\(client.job())")
            #expect(job["waiting_reason"] == "no_worker")
        }
    }

    @Test func `a transcript in another format needs a finished job, a known format and known options`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = try await "/api/v1/transcriptions/\(client.job())/transcript"
            #expect(try await client.get(path + "?format=srt").failure == "409 CONFLICT")
            #expect(try await client.get(path + "?format=waltz").failure == "422 VALIDATION_ERROR format")
            #expect(try await client.get(path + "?format=srt&max_lines=99").failure == "422 VALIDATION_ERROR max_lines")
            #expect(try await client.get(path, [("Accept", "text/vtt")]).failure == "409 CONFLICT")
            #expect(try await client.get(path, [("Accept", "*/*")]).status == 200)
        }
    }

    @Test func `a job is renamed, canceled, tried again and deleted`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let path = "/api/v1/transcriptions/\(job)"
            #expect(try await client.send("PATCH", path, json: #"{"title":"New"}"#)["title"] == "New")
            #expect(try await client.send("PATCH", path, json: "{}").failure == "422 VALIDATION_ERROR title")
            #expect(try await client.send("POST", path + ":retry").failure == "409 CONFLICT")
            #expect(try await client.send("POST", path + ":cancel").text == #"{"id":"\#(job)","status":"canceled"}"#)
            #expect(try await client.send("POST", path + ":cancel").failure == "409 CONFLICT")
            let retry = try await client.send("POST", path + ":retry", json: #"{"options":{"diarization":true}}"#)
            #expect(retry.status == 202)
            #expect(retry["source_transcription_id"] == job)
            let again = try await client.get("/api/v1/transcriptions/\(retry["id"] ?? "")")
            #expect(again["title"] == "New")
            #expect(again.value("diarization") as? Bool == true)
            #expect(try await client.send("DELETE", path).status == 204)
            #expect(try await client.get(path).failure == "404 NOT_FOUND")
            #expect(try await client.send("POST", path + ":cancel").failure == "404 NOT_FOUND")
        }
    }

    @Test func `a job has attempts and logs, none at first`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = "/api/v1/transcriptions/\(try await client.job())"
            #expect(try await client.get(path + "/executions").text == #"{"items":[],"next_cursor":null}"#)
            let logs = try await client.get(path + "/logs")
            #expect(logs.headers["Content-Type"] == ["text/plain; charset=utf-8"])
            #expect(!logs.text.isEmpty && !logs.text.contains("/"))
        }
    }

    @Test func `a list pages through all, once each`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            for _ in 0..<5 { _ = try await client.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#) }
            var seen: [String] = []
            var query = "?limit=2"
            while true {
                let page = try await client.get("/api/v1/transcriptions\(query)")
                seen += page.items.compactMap { $0["id"] as? String }
                guard let cursor = page["next_cursor"] else { break }
                query = "?limit=2&cursor=\(cursor)"
            }
            #expect(seen.count == 5)
            #expect(Set(seen).count == 5)
            #expect(try await client.get("/api/v1/transcriptions?cursor=!").failure == "422 VALIDATION_ERROR cursor")
        }
    }

    @Test func `a search says where it found each job, a list without one does not`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let transcript = #"{"text":"","segments":[{"start":7.25,"end":9,"text":"The budget \"is\" settled."}],"words":[]}"#
            try await world.finish(job, transcript)
            let found = try await client.get("/api/v1/transcriptions?q=budg").items
            let match = try #require(found.first?["match"] as? [String: Any])
            #expect(match["field"] as? String == "transcript" && match["start"] as? Double == 7.25)
            #expect(match["snippet"] as? String == #"The budget "is" settled."#)
            let titled = try await client.get("/api/v1/transcriptions?q=MEET").items.first?["match"] as? [String: Any]
            #expect(titled?["field"] as? String == "title" && titled?["snippet"] is NSNull && titled?["start"] is NSNull)
            #expect(try await client.get("/api/v1/transcriptions").items.first?.keys.contains("match") == false)
            #expect(try await client.get("/api/v1/transcriptions?q=nothing").items.isEmpty)
            let long = String(repeating: "x", count: 201)
            #expect(try await client.get("/api/v1/transcriptions?q=\(long)").failure == "422 VALIDATION_ERROR q")
        }
    }

    @Test func `profiles are made, changed in part, made default and deleted`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let made = try await client.send(
                "POST",
                "/api/v1/profiles",
                json: #"{"name":"Meetings","description":"d","is_default":true,"options":{"language":"de"}}"#
            )
            #expect(made.status == 201)
            #expect(made.value("options.language") as? String == "de")
            #expect(made.value("options.device") as? String == "auto")
            let path = "/api/v1/profiles/\(made["id"] ?? "")"
            let patched = try await client.send("PATCH", path, json: #"{"options":{"diarization":true}}"#)
            #expect(patched["name"] == "Meetings")
            #expect(patched.value("options.language") as? String == "de")
            #expect(patched.value("options.diarization") as? Bool == true)
            #expect(try await client.get("/api/v1/settings")["default_profile_id"] == made["id"])
            let second = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"Second"}"#)
            #expect(
                try await client.send("POST", "/api/v1/profiles/\(second["id"] ?? ""):set-default").value("is_default") as? Bool
                    == true
            )
            #expect(try await client.get(path).value("is_default") as? Bool == false)
            #expect(try await client.send("DELETE", path).status == 204)
            #expect(try await client.get(path).failure == "404 NOT_FOUND")
            #expect(
                try await client.send("POST", "/api/v1/profiles", json: #"{"name":" "}"#).failure == "422 VALIDATION_ERROR name"
            )
        }
    }

    @Test func `settings are read and changed in part`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(
                try await client.get("/api/v1/settings").text
                    == #"{"auto_transcription_enabled":false,"default_profile_id":null,"local_only":true,"max_upload_size_mb":64}"#
            )
            let on = try await client.send("PATCH", "/api/v1/settings", json: #"{"auto_transcription_enabled":true}"#)
            #expect(on.value("auto_transcription_enabled") as? Bool == true)
            let bad = try await client.send("PATCH", "/api/v1/settings", json: #"{"default_profile_id":"x"}"#)
            #expect(bad.failure == "422 VALIDATION_ERROR default_profile_id")
            _ = try await client.upload()
            #expect(try await client.get("/api/v1/transcriptions").items.count == 1)
        }
    }
}
