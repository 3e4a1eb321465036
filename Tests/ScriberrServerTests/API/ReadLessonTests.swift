import Foundation
import NIOHTTP1
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestStores
import Testing

/// Faults of an earlier server that show in what is read, and in what reading costs.
@Suite struct ReadLessons {
    @Test func `what creating and renaming answer is what is stored`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            let made = try await client.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#)
            #expect(made["progress_stage"] == "queued" && made["status"] == "queued")
            let path = "/api/v1/transcriptions/\(made["id"] ?? "")"
            // A new job's place in line is told from the first read on.
            try await expectSame(made, client.get(path), but: ["queue_position", "estimated_start_seconds", "waiting_reason"])
            try await expectSame(client.send("PATCH", path, json: #"{"title":"New"}"#), client.get(path))
        }
    }

    /// Expects the fields of `answer` in `stored`, with the same values.
    private func expectSame(_ answer: TestAnswer, _ stored: TestAnswer, but others: Set<String> = []) throws {
        #expect(answer.json.count > 14)
        for (name, value) in answer.json where !others.contains(name) {
            #expect(try text(stored.json[name]) == (try text(value)), "\(name)")
        }
    }

    private func text(_ value: Any?) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: [value ?? "absent"], options: .sortedKeys), as: UTF8.self)
    }

    @Test func `lists, jobs, claims, streams and recordings are told without any transcript`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let done = try await client.job()
            try await world.finish(done, #"{"text":"done","segments":[],"words":[],"engine":{}}"#)
            let waiting = try await client.job()
            // Whoever names the table fails.
            _ = try await world.database.write { try $0.execute("ALTER TABLE transcripts RENAME TO elsewhere", []) }
            #expect(try await client.get("/api/v1/transcriptions/\(done)/transcript").status >= 500)
            #expect(try await client.get("/api/v1/transcriptions").items.count == 2)
            #expect(try await client.get("/api/v1/transcriptions?status=completed&sort=title").items.count == 1)
            #expect(try await client.get("/api/v1/admin/queue").value("completed") as? Int == 1)
            for path in ["", "/audio", "/executions", "/logs"] {
                #expect(try await client.get("/api/v1/transcriptions/\(done)\(path)").status == 200, "\(path)")
            }
            try await client.events("/api/v1/transcriptions/\(done)/events") { stream async throws in
                #expect(try await stream.next(named: "snapshot")?.contains("completed") == true)
            }
            #expect(try await world.claim().job.id.text == waiting)
            #expect(try await client.send("POST", "/api/v1/transcriptions/\(waiting):cancel").status == 200)
        }
    }

    @Test func `a list of files looks at no file`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            try FileManager.default.removeItem(atPath: world.folder + "/blobs")
            for answer in try await [client.get("/api/v1/files").items.first ?? [:], client.get("/api/v1/files/\(file)").json] {
                #expect(answer["size_bytes"] as? Int == 1_000 && answer["duration_seconds"] as? Double == 2.5)
            }
        }
    }

    @Test(.enabled(if: TestDatabase.all == [.sqlite], "Asks as SQLite is asked."))
    func `no index holds what changes while a job runs`() async throws {
        try await ServerWorld.run { world async throws in
            let columns = try await world.database.read { db in
                let sql = """
                    SELECT DISTINCT part.name AS name FROM pragma_index_list('transcriptions') AS found,
                        pragma_index_info(found.name) AS part WHERE part.name IS NOT NULL
                    """
                return Set(try db.query(sql, []).map { try $0.text("name") })
            }
            #expect(columns.isSuperset(of: ["status", "queued_at", "updated_at"]))
            #expect(columns.isDisjoint(with: ["progress", "stage", "lease_expires_at", "claimed_by"]))
        }
    }

    @Test func `titles are in the order of a dictionary, whatever their case`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for title in ["cherry", "Banana", "apple", "Date"] { _ = try await client.upload(title: title) }
            func titles(_ query: String) async throws -> [String] {
                try await client.get("/api/v1/files?\(query)").items.compactMap { $0["title"] as? String }
            }
            #expect(try await titles("sort=title") == ["apple", "Banana", "cherry", "Date"])
            #expect(try await titles("sort=-title") == ["Date", "cherry", "Banana", "apple"])
        }
    }

    @Test func `a cursor that was changed, or is another list's, is refused`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for number in 0..<3 { _ = try await client.upload(title: "t\(number)") }
            let cursor = try #require(try await client.get("/api/v1/files?limit=1&q=t")["next_cursor"])
            #expect(try await client.get("/api/v1/files?limit=1&q=t&cursor=\(cursor)").items.count == 1)
            for query in ["q=u", "", "q=t&sort=title", "q=t&kind=audio"] {
                let other = try await client.get("/api/v1/files?\(query)&cursor=\(cursor)")
                #expect(other.failure == "422 VALIDATION_ERROR cursor", "\(query)")
            }
            let base64 = cursor.replacing("-", with: "+").replacing("_", with: "/")
            let data = try #require(Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)))
            var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            for bad in ["yesterday", "", "2026-13-45T99:00:00Z"] {
                fields["value"] = bad
                let changed = try JSONSerialization.data(withJSONObject: fields).base64EncodedString()
                    .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
                let answer = try await client.get("/api/v1/files?limit=1&q=t&cursor=\(changed)")
                #expect(answer.failure == "422 VALIDATION_ERROR cursor", "\(bad)")
            }
        }
    }

    @Test func `a transcript that another program wrote keeps its text, numbers and language`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            try await world.finish(
                job,
                """
                {"language":"de","segments":[{"id":7,"start":"0.5","end":2,"text":" Guten Tag."},{"id":8,"start":2,"end":3,
                 "text":"Ja."}],"word_segments":[{"word":"Guten","start":0.5,"end":1,"score":0.9}],"engine":{"provider":"other"}}
                """
            )
            let answer = try await client.get("/api/v1/transcriptions/\(job)/transcript")
            #expect(answer["text"] == "Guten Tag. Ja." && answer["language"] == "de" && answer["engine.provider"] == "other")
            let segments = try #require(answer.value("segments") as? [[String: Any]])
            #expect(segments.map { $0["id"] as? String } == ["7", "8"] && segments.first?["start"] as? Double == 0.5)
            #expect((answer.value("words") as? [[String: Any]])?.map { $0["word"] as? String } == ["Guten"])
            #expect(answer["transcription_id"] == job && answer["status"] == "completed")
        }
    }

    @Test(arguments: [#"{"text":"a"}"#, #"{"text":"a","words":[]}"#, #"{"text":"a","engine":{}}"#])
    func `what a stored transcript lacks is there, and empty`(_ stored: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            try await world.finish(job, stored)
            let answer = try await client.get("/api/v1/transcriptions/\(job)/transcript")
            #expect(answer["text"] == "a")
            for name in ["segments", "words"] { #expect((answer.value(name) as? [Any])?.isEmpty == true, "\(name)") }
        }
    }

    @Test func `a stored transcript goes out as it lies there`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            // Whoever takes it apart and puts it together writes 0.5.
            let members = #""text":"a","segments":[],"words":[{"start":0.500,"end":1,"word":"a"}],"engine":{}}"#
            try await world.finish(job, "{" + members)
            #expect(try await client.get("/api/v1/transcriptions/\(job)/transcript").text.hasSuffix(members))
        }
    }

    @Test func `a transcript is packed, and not sent again while it is the same`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let text = String(repeating: "many words ", count: 5_000)
            try await world.finish(job, #"{"text":"\#(text)","segments":[],"words":[],"engine":{}}"#)
            let path = "/api/v1/transcriptions/\(job)/transcript"
            let plain = try await client.get(path)
            let packed = try await client.get(path, [("Accept-Encoding", "gzip")])
            #expect(packed.headers["Content-Encoding"] == ["gzip"] && packed.body.count < plain.body.count / 10)
            let tag = try #require(plain.headers.first(name: "ETag"))
            let again = try await client.get(path, [("If-None-Match", tag)])
            #expect(again.status == 304 && again.body.isEmpty)
        }
    }
}
