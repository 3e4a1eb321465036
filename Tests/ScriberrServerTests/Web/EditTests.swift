import Foundation
import NIOHTTP1
import ScriberrCore
import ScriberrServices
import ScriberrStore
import Testing

@testable import ScriberrServer

@Suite struct TranscriptEditing {
    private static let canonical = """
        {"text":"Good morning, Bob. How are you?","language":"en","segments":[\
        {"id":"seg_000001","start":1,"end":4,"speaker":"SPEAKER_00","text":"Good morning, Bob."},\
        {"id":"seg_000002","start":5,"end":7,"speaker":"SPEAKER_01","text":"How are you?"}],"words":[\
        {"start":1,"end":1.5,"word":"good","speaker":"SPEAKER_00"},{"start":1.5,"end":2.5,"word":"morning","speaker":"SPEAKER_00"},\
        {"start":3,"end":4,"word":"bob","speaker":"SPEAKER_00"},{"start":5,"end":5.5,"word":"how","speaker":"SPEAKER_01"},\
        {"start":5.5,"end":6,"word":"are","speaker":"SPEAKER_01"},{"start":6,"end":7,"word":"you","speaker":"SPEAKER_01"}],\
        "engine":{"provider":"local"}}
        """

    /// A finished job with two segments of two speakers.
    private func finished(_ world: ServerWorld, _ client: TestClient) async throws -> String {
        let id = try await client.job()
        let store = SQLJobStore(database: world.database)
        let now = Timestamp.now
        let request = ClaimRequest(instance: .make(at: now), count: 1, leaseExpiresAt: now + .seconds(60), now: now)
        let claimed = try #require(try await store.claim(request).jobs.first)
        let result = JobResult(transcript: Array(Self.canonical.utf8), text: "Good morning, Bob. How are you?")
        #expect(try await store.complete(claimed.lease, result, at: now) == .applied)
        return "/api/v1/transcriptions/\(id)"
    }

    private func edit(_ client: TestClient, _ job: String, _ version: String, _ operations: String) async throws -> TestAnswer {
        try await client.send("PATCH", job + "/transcript", json: #"{"operations":[\#(operations)]}"#, [("If-Match", version)])
    }

    @Test func `a change makes a new version, says how it differs and is what everybody reads`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            let first = try await client.get(job + "/transcript")
            #expect(first.headers.first(name: "ETag") == "\"v1\"" && first.value("version") as? Int == 1)
            let change =
                #"{"op":"set_text","segment":"seg_000001","text":"Good evening, Bob."},{"op":"name_speaker","speaker":"SPEAKER_00","name":"Anna"}"#
            let answer = try await edit(client, job, "\"v1\"", change)
            #expect(answer.status == 200 && answer.headers.first(name: "ETag") == "\"v2\"")
            #expect(answer.value("segments.at") as? Int == 0 && answer.value("segments.removed") as? Int == 1)
            #expect(answer.value("words.at") as? Int == 1 && answer.value("words.removed") as? Int == 1)
            #expect(answer["speakers.SPEAKER_00"] == "Anna")
            let second = try await client.get(job + "/transcript")
            #expect(second["text"] == "Good evening, Bob. How are you?" && second["speakers.SPEAKER_00"] == "Anna")
            #expect(second["engine.provider"] == "local" && second["language"] == "en")
            #expect(try await client.get(job + "/transcript?format=txt&speakers=true").text.contains("Anna: Good evening, Bob."))
            let named = try await client.get(job + "/transcript?format=txt&speakers=true&speaker_names=SPEAKER_00=Eve")
            #expect(named.text.contains("Eve: Good evening"))
        }
    }

    @Test func `a text and the version that it is said to be belong together while somebody edits`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for version in 1...60 {
                        let change = #"{"op":"set_text","segment":"seg_000001","text":"This is \#(version + 1)."}"#
                        let answer = try await edit(client, job, "\"v\(version)\"", change)
                        #expect(answer.status == 200)
                    }
                }
                for _ in 0..<3 {
                    group.addTask {
                        var version = 1
                        while version < 61 {
                            let read = try await client.get(job + "/transcript")
                            version = try #require(read.value("version") as? Int)
                            let text = try #require(read["text"])
                            #expect(version == 1 || text.hasPrefix("This is \(version)."))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a change that would never end is refused, and no id of others ends the server`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            let large = """
                {"transcript":{"text":"Hello there","segments":[{"id":"seg_9223372036854775807","start":0,"end":1,"text":"Hello there"}],\
                "words":[]}}
                """
            #expect(try await client.send("PATCH", job + "/transcript", json: large, [("If-Match", "*")]).status == 200)
            let split = #"{"op":"split","segment":"seg_9223372036854775807","offset":5}"#
            #expect(try await edit(client, job, "*", split).status == 200)
            let grow = #"{"op":"replace","find":"e","with":"\#(String(repeating: "e", count: 64))"}"#
            let answer = try await edit(client, job, "*", Array(repeating: grow, count: 200).joined(separator: ","))
            #expect(answer.status == 422 && answer["error.field"] == "operations")
            #expect(try await client.get(job + "/transcript").text.count < 1_000)
        }
    }

    @Test func `of two people who edit the same version the second is told`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            #expect(try await edit(client, job, "\"v1\"", #"{"op":"remove","segment":"seg_000002"}"#).status == 200)
            let late = try await edit(client, job, "\"v1\"", #"{"op":"remove","segment":"seg_000001"}"#)
            #expect(late.failure == "412 PRECONDITION_FAILED If-Match")
            #expect(
                try await edit(client, job, "*", #"{"op":"set_speaker","segment":"seg_000001","speaker":null}"#).status == 200
            )
            #expect(
                try await edit(client, job, "", #"{"op":"remove","segment":"seg_000001"}"#).failure
                    == "422 VALIDATION_ERROR If-Match"
            )
            #expect(try await edit(client, job, "v3", "{}").failure == "422 VALIDATION_ERROR If-Match")
        }
    }

    @Test func `changes made at the same moment for whatever is there are all kept`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for speaker in ["SPEAKER_00", "SPEAKER_01"] {
                    group.addTask {
                        try await edit(client, job, "*", #"{"op":"name_speaker","speaker":"\#(speaker)","name":"N \#(speaker)"}"#)
                            .status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == [200, 200])
            let speakers = try await client.get(job + "/transcript").value("speakers") as? [String: String]
            #expect(speakers == ["SPEAKER_00": "N SPEAKER_00", "SPEAKER_01": "N SPEAKER_01"])
        }
    }

    @Test func `every version can be read and restored, with its author and time`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            let original = try await client.get(job + "/transcript")
            _ = try await edit(client, job, "\"v1\"", #"{"op":"replace","find":"o","with":"0"}"#)
            _ = try await edit(client, job, "\"v2\"", #"{"op":"merge_speakers","from":"SPEAKER_01","into":"SPEAKER_00"}"#)
            _ = try await edit(client, job, "\"v3\"", #"{"op":"remove","segment":"seg_000001"}"#)
            let versions = try await client.get(job + "/transcript/versions").items
            #expect(versions.map { $0["version"] as? Int } == [4, 3, 2, 1])
            #expect(versions.map { $0["author"] as? String } == ["alice", "alice", "alice", ""])
            #expect(versions[0]["changes"] as? [String] == ["remove"] && versions[3]["changes"] as? [String] == [])
            let first = try await client.get(job + "/transcript/versions/1")
            #expect(first.text == original.text)
            #expect(try await client.get(job + "/transcript/versions/2")["text"] == "G00d m0rning, B0b. H0w are y0u?")
            let restored = try await client.send(
                "POST",
                job + "/transcript/versions/1:restore",
                headers: [("If-Match", "\"v4\"")]
            )
            #expect(restored.status == 200 && restored.value("version") as? Int == 5)
            let present = try await client.get(job + "/transcript")
            #expect(present.text == original.text.replacing("\"version\":1", with: "\"version\":5"))
            for number in ["0", "6", "x"] {
                #expect(try await client.get(job + "/transcript/versions/\(number)").failure == "404 NOT_FOUND")
            }
        }
    }

    @Test func `a whole document takes the place of the other, and a broken one does not`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            let document =
                #"{"text":"Hi.","segments":[{"id":"a","start":0,"end":1,"text":"Hi."}],"words":[{"start":0,"end":1,"word":"Hi"}]}"#
            let answer = try await client.send(
                "PATCH",
                job + "/transcript",
                json: #"{"transcript":\#(document)}"#,
                [("If-Match", "\"v1\"")]
            )
            #expect(answer.status == 200)
            #expect(try await client.get(job + "/transcript")["text"] == "Hi.")
            let broken = document.replacing(
                "\"start\":0,\"end\":1,\"text\":\"Hi.\"}",
                with: "\"start\":2,\"end\":3,\"text\":\"b\"},{\"id\":\"a\",\"start\":0,\"end\":1,\"text\":\"c\"}"
            )
            let refused = try await client.send(
                "PATCH",
                job + "/transcript",
                json: #"{"transcript":\#(broken)}"#,
                [("If-Match", "*")]
            )
            #expect(refused.failure == "422 VALIDATION_ERROR operations")
        }
    }

    // The recording lasts 2.5 seconds, its present transcript goes to 7.
    @Test(arguments: [
        (#"{"id":"a","start":0,"end":99999,"text":"Hi."}"#, "", "segments[0].end"),
        (#"{"id":"a","start":7.5,"end":8,"text":"Hi."}"#, "", "segments[0].start"),
        (#"{"id":"a","start":5,"end":1,"text":"Hi."}"#, "", "segments[0].end"),
        (#"{"id":"a","start":-1,"end":1,"text":"Hi."}"#, "", "segments[0].start"),
        (#"{"id":"a","start":0,"end":1e999,"text":"Hi."}"#, "", "segments[0].end"),
        (#"{"id":"a","start":0,"end":NaN,"text":"Hi."}"#, "", "segments[0].end"),
        (#"{"id":"a","start":"soon","text":"Hi."}"#, "", "segments[0].start"),
        (#"{"id":"a","start":0,"end":1,"text":"Hi.","words":[{"word":"Hi","end":-1}]}"#, "", "segments[0].words[0].end"),
        (#"{"id":"a","start":0,"end":1,"text":"Hi."}"#, #"{"word":"Hi","start":0,"end":99999}"#, "words[0].end"),
        (#"{"id":"a","start":0,"end":1,"text":"Hi."}"#, #"{"word":"Hi","start":1,"end":0.5}"#, "words[0].end"),
    ])
    func `times that the recording does not have are refused by their place`(
        _ segment: String,
        _ word: String,
        _ place: String
    ) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = try await finished(world, client) + "/transcript"
            let document = #"{"transcript":{"text":"Hi.","segments":[\#(segment)],"words":[\#(word)]}}"#
            let refused = try await client.send("PATCH", path, json: document, [("If-Match", "*")])
            #expect(refused.failure == "422 VALIDATION_ERROR transcript.\(place)")
            #expect(try await client.get(path).value("version") as? Int == 1)
        }
    }

    @Test func `times within the recording, or missing ones, are taken, and so is what was read`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = try await finished(world, client) + "/transcript"
            let read = try await client.get(path).text
            func put(_ document: String) async throws -> TestAnswer {
                try await client.send("PATCH", path, json: #"{"transcript":\#(document)}"#, [("If-Match", "*")])
            }
            #expect(try await put(read.replacing("Good", with: "Bad")).value("version") as? Int == 2)
            let short =
                #"{"segments":[{"start":"2","end":3.5,"text":"Hi."},{"start":3.5,"end":null,"text":"Ho."}],"words":[{"word":"Hi"}]}"#
            #expect(try await put(short).value("version") as? Int == 3)
            #expect(
                try await put(short.replacing("3.5", with: "3.6")).failure == "422 VALIDATION_ERROR transcript.segments[0].end"
            )
        }
    }

    @Test func `a change that changes nothing makes no version, and one of several that fails undoes the others`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await finished(world, client)
            let same = try await edit(client, job, "\"v1\"", #"{"op":"set_text","segment":"seg_000002","text":"How are you?"}"#)
            #expect(same.value("version") as? Int == 1)
            let half = try await edit(
                client,
                job,
                "\"v1\"",
                #"{"op":"remove","segment":"seg_000002"},{"op":"remove","segment":"seg_000002"}"#
            )
            #expect(half.failure == "422 VALIDATION_ERROR operations")
            #expect(try await client.get(job + "/transcript").value("version") as? Int == 1)
        }
    }

    @Test func `nothing can be changed before the job is completed, or by somebody else`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let waiting = "/api/v1/transcriptions/" + (try await client.job())
            #expect(try await edit(client, waiting, "*", #"{"op":"remove","segment":"seg_000001"}"#).failure == "409 CONFLICT")
            #expect(try await client.get(waiting + "/transcript/versions").items.isEmpty)
            #expect(try await client.get(waiting + "/transcript").value("version") is NSNull)
            _ = try await world.services.accounts.createUser(username: "bob", password: "correct horse", role: .user)
            let login = try await world.anonymous.send(
                "POST",
                "/api/v1/auth/login",
                json: #"{"username":"bob","password":"correct horse"}"#
            )
            let bob = world.anonymous.bearing(login["access_token"] ?? "")
            for path in ["/transcript/versions", "/transcript/versions/1", "/waveform"] {
                #expect(try await bob.get(waiting + path).failure == "404 NOT_FOUND", "\(path)")
            }
            #expect(try await edit(bob, waiting, "*", #"{"op":"remove","segment":"seg_000001"}"#).failure == "404 NOT_FOUND")
        }
    }

    @Test func `an outline is made once and goes with its recording`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            let outline = try await client.get("/api/v1/files/\(file)/waveform")
            #expect(outline.value("seconds") as? Double == 2.5)
            let peaks = try #require(outline.value("peaks") as? [Int])
            #expect(peaks.count == 3_600 && peaks[2] == -1 && peaks[3] == 1)
            #expect(try await client.get("/api/v1/files/\(file)/waveform").body == outline.body)
            #expect(try await client.send("DELETE", "/api/v1/files/\(file)").status == 204)
            try await world.database.write { try WaveformSQL.prune($0) }
            let left = try await world.database.read { try $0.query("SELECT blob_key FROM waveforms", []).count }
            #expect(left == 0)
        }
    }

    @Test func `a recording that retention took away has no outline, and its transcription stays`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = "/api/v1/transcriptions/" + (try await client.job())
            let text = try #require(try await client.get(path)["file_id"])
            let file = try #require(FileID(text))
            _ = try await world.database.write { try RetentionSQL.dropAudio($0, file, at: .now) }
            #expect(try await client.get(path + "/waveform").failure == "404 NOT_FOUND")
            #expect(try await client.get(path + "/audio").failure == "404 NOT_FOUND")
            #expect(try await client.get(path).status == 200)
        }
    }

    @Test func `a paused queue gives no work away, says so, and goes on when it is resumed`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await client.send("POST", "/api/v1/admin/queue:pause").value("paused") as? Bool == true)
            let id = try await client.job()
            let store = SQLJobStore(database: world.database)
            let request = ClaimRequest(instance: .make(at: .now), count: 1, leaseExpiresAt: .now + .seconds(60), now: .now)
            #expect(try await store.claim(request).jobs.isEmpty)
            #expect(try await client.get("/api/v1/transcriptions/\(id)")["waiting_reason"] == "paused")
            #expect(try await client.get("/api/v1/admin/queue").value("paused") as? Bool == true)
            #expect(try await client.send("POST", "/api/v1/admin/queue:resume").value("paused") as? Bool == false)
            #expect(try await store.claim(request).jobs.first?.job.id.text == id)
            _ = try await world.services.accounts.createUser(username: "bob", password: "correct horse", role: .user)
            let login = try await world.anonymous.send(
                "POST",
                "/api/v1/auth/login",
                json: #"{"username":"bob","password":"correct horse"}"#
            )
            let bob = world.anonymous.bearing(login["access_token"] ?? "")
            #expect(try await bob.send("POST", "/api/v1/admin/queue:pause").failure == "403 FORBIDDEN")
        }
    }
}

@Suite struct Recordings {
    private let start = #"{"title":"Meeting","mime_type":"audio/webm;codecs=opus"}"#

    @Test func `a recording comes in pieces, is found again and becomes a job`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let id = try #require(try await client.send("POST", "/api/v1/recordings", json: start)["id"])
            let whole = TestForm.recording()
            let path = "/api/v1/recordings/\(id)"
            #expect(try await client.send("PUT", path + "/pieces/0", body: Array(whole[..<10])).status == 200)
            #expect(try await client.send("PUT", path + "/pieces/2", body: [1]).failure == "409 CONFLICT number")
            #expect(try await client.send("PUT", path + "/pieces/1", body: Array(whole[10...])).value("pieces") as? Int == 2)
            #expect(try await client.send("PUT", path + "/pieces/0", body: Array(whole[..<10])).value("pieces") as? Int == 2)
            let listed = try await client.get("/api/v1/recordings").items
            #expect(listed.map { $0["size_bytes"] as? Int } == [whole.count])
            let job = try await client.send("POST", path + ":finish", json: #"{"options":{"language":"en"}}"#)
            #expect(job.status == 202)
            #expect(try await client.get("/api/v1/transcriptions/\(job["id"] ?? "")")["title"] == "Meeting")
            #expect(try await client.get("/api/v1/files/\(job["file_id"] ?? "")/audio").body == whole)
            #expect(try await client.get("/api/v1/recordings").items.isEmpty)
            #expect(try await client.send("POST", path + ":finish").failure == "404 NOT_FOUND")
        }
    }

    @Test func `a piece that is kept while the recording is finished is in it, or the recording stays`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for round in 0..<20 {
                let id = try #require(try await client.send("POST", "/api/v1/recordings", json: start)["id"])
                let whole = TestForm.recording(seed: UInt8(round))
                let path = "/api/v1/recordings/\(id)"
                #expect(try await client.send("PUT", path + "/pieces/0", body: whole).status == 200)
                async let piece = client.send("PUT", path + "/pieces/1", body: [1, 2, 3])
                async let finished = client.send("POST", path + ":finish")
                let (kept, job) = (try await piece, try await finished)
                if job.status == 202 {
                    let bytes = try await client.get("/api/v1/files/\(job["file_id"] ?? "")/audio").body
                    #expect(kept.status == 200 ? bytes == whole + [1, 2, 3] : kept.failure == "404 NOT_FOUND" && bytes == whole)
                } else {
                    #expect(job.failure == "409 CONFLICT" && kept.status == 200)
                    #expect(try await client.send("POST", path + ":finish").status == 202)
                }
            }
        }
    }

    @Test func `a piece that comes again is the same or a conflict, and never an empty one`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let id = try #require(try await client.send("POST", "/api/v1/recordings", json: start)["id"])
            func put(_ number: String, _ bytes: [UInt8]) async throws -> TestAnswer {
                try await client.send("PUT", "/api/v1/recordings/\(id)/pieces/\(number)", body: bytes)
            }
            #expect(try await put("0", []).failure == "422 VALIDATION_ERROR")
            #expect(try await put("0", [1, 2, 3]).status == 200)
            #expect(try await put("0", [1, 2, 4]).failure == "409 CONFLICT number")
            #expect(try await put("0", [1, 2]).failure == "409 CONFLICT number")
            #expect(try await put("0", []).failure == "422 VALIDATION_ERROR")
            #expect(try await put("0", [1, 2, 3]).value("size_bytes") as? Int == 3)
            for number in ["-1", "01", "+1", "1.0", "x"] {
                #expect(try await put(number, [4]).failure == "404 NOT_FOUND", "\(number)")
            }
            #expect(try await put("1", [4]).value("pieces") as? Int == 2)
        }
    }

    @Test func `a recording that is no sound is refused and kept until it is thrown away`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let id = try #require(try await client.send("POST", "/api/v1/recordings", json: start)["id"])
            let path = "/api/v1/recordings/\(id)"
            _ = try await client.send("PUT", path + "/pieces/0", body: Array("nonsense".utf8))
            #expect(try await client.send("POST", path + ":finish").status >= 400)
            #expect(try await client.get("/api/v1/recordings").items.count == 1)
            #expect(try await client.send("DELETE", path).status == 204)
            #expect(try await client.send("DELETE", path).failure == "404 NOT_FOUND")
            #expect(try await client.send("PUT", path + "/pieces/0", body: [1]).failure == "404 NOT_FOUND")
        }
    }

    @Test(arguments: [
        (#"{"mime_type":"audio/webm"}"#, "422 VALIDATION_ERROR title"),
        (#"{"title":"x","mime_type":"text/html"}"#, "422 VALIDATION_ERROR mime_type"),
    ])
    func `wrong requests name the field`(_ json: String, _ failure: String) async throws {
        try await ServerWorld.run { world async throws in
            #expect(try await world.signedIn().send("POST", "/api/v1/recordings", json: json).failure == failure)
        }
    }

    @Test func `every export format is listed with its options`() async throws {
        try await ServerWorld.run { world async throws in
            let formats = try await world.signedIn().get("/api/v1/export-formats").items
            #expect(formats.count >= 18 && formats.contains { $0["id"] as? String == "srt" })
        }
    }
}
