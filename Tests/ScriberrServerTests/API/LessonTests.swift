import Foundation
import HTTPTypes
import NIOHTTP1
import ScriberrCore
import ScriberrServices
import ScriberrStore
import ScriberrTestSupport
import Testing

@testable import ScriberrServer

/// Faults that an earlier server had and that clients met: none of them is here.
@Suite struct Lessons {
    @Test func `of many who register at once one wins, and nobody later`() async throws {
        try await ServerWorld.run { world async throws in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    let json = #"{"username":"user\#(number)","password":"correct horse","confirm_password":"correct horse"}"#
                    group.addTask { try await world.anonymous.send("POST", "/api/v1/auth/register", json: json).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }.sorted()
            }
            #expect(statuses == [200] + Array(repeating: 409, count: 7))
            #expect(try await world.anonymous.get("/api/v1/auth/registration-status").text == #"{"registration_enabled":false}"#)
        }
    }

    @Test func `a long password is no failure, an overlong one is told`() async throws {
        try await ServerWorld.run { world async throws in
            func register(_ length: Int) async throws -> TestAnswer {
                let password = String(repeating: "ü", count: length / 2)
                let json = #"{"username":"anna","password":"\#(password)","confirm_password":"\#(password)"}"#
                return try await world.anonymous.send("POST", "/api/v1/auth/register", json: json)
            }
            #expect(try await register(1_026).failure == "422 VALIDATION_ERROR")
            #expect(try await register(200).status == 200)
            let cut = String(repeating: "ü", count: 36)
            let login = try await world.anonymous.send(
                "POST",
                "/api/v1/auth/login",
                json: #"{"username":"anna","password":"\#(cut)"}"#
            )
            #expect(login.failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `guessing passwords is slowed down, and the answer says for how long`() async throws {
        try await ServerWorld.run { world async throws in
            _ = try await world.register()
            func login(_ name: String, _ password: String) async throws -> TestAnswer {
                let json = #"{"username":"\#(name)","password":"\#(password)"}"#
                return try await world.anonymous.send("POST", "/api/v1/auth/login", json: json)
            }
            for name in ["alice", "nobody"] {
                var answers: [TestAnswer] = []
                // On a slow machine a wait may be over before the next try, and the next one is longer.
                while answers.last?.status != 429, answers.count < 20 { answers.append(try await login(name, "wrong password")) }
                #expect(answers.dropLast().map(\.failure) == Array(repeating: "401 UNAUTHORIZED", count: answers.count - 1))
                #expect(answers.count > 5 && answers.last?.failure == "429 TOO_MANY_REQUESTS", "\(name)")
                #expect((Int(answers.last?.headers.first(name: "Retry-After") ?? "") ?? 0) >= 1)
            }
        }
    }

    @Test func `passwords are kept as scrypt, keys and tokens as hashes`() async throws {
        try await ServerWorld.run { world async throws in
            let (client, tokens) = try await world.register()
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)["key"] ?? ""
            let rows = try await world.database.read { db in
                try db.query(
                    "SELECT password_hash AS v FROM users UNION ALL SELECT hash FROM refresh_tokens UNION ALL SELECT hash FROM api_keys",
                    []
                )
                .map { try $0.text("v") }
            }
            #expect(rows.count == 3)
            #expect(rows.first?.contains("scrypt") == true)
            let secrets = ["correct horse", tokens["refresh_token"] ?? "", key]
            for row in rows { #expect(secrets.allSatisfy { !row.contains($0) && !row.contains($0.dropFirst(3)) }) }
        }
    }

    @Test func `a key that has expired opens nothing`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let expiry = (Timestamp.now + .seconds(3_600)).rfc3339
            let key = try await client.send("POST", "/api/v1/api-keys", json: #"{"name":"k","expires_at":"\#(expiry)"}"#)
            let program = world.anonymous.adding("X-API-Key", key["key"] ?? "")
            #expect(try await program.get("/api/v1/files").status == 200)
            _ = try await world.database.write { try $0.execute("UPDATE api_keys SET expires_at = $1", [.time(.now)]) }
            #expect(try await program.get("/api/v1/files").failure == "401 UNAUTHORIZED")
        }
    }

    @Test func `of two who use a refresh token at once one gets new tokens`() async throws {
        try await ServerWorld.run { world async throws in
            let token = try await world.register().tokens["refresh_token"] ?? ""
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    let json = #"{"refresh_token":"\#(token)"}"#
                    group.addTask { try await world.anonymous.send("POST", "/api/v1/auth/refresh", json: json).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }.sorted()
            }
            #expect(statuses == [200, 401])
        }
    }

    @Test func `a completed event comes once, after the transcript can be read`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            try await client.events("/api/v1/events") { stream async throws in
                _ = try await stream.next(named: "snapshot")
                try await world.finish(job, #"{"text":"done","segments":[],"words":[]}"#)
                _ = try await stream.next(named: "transcription.completed")
                let answer = try await client.get("/api/v1/transcriptions/\(job)/transcript")
                #expect(answer["text"] == "done" && answer["status"] == "completed")
                _ = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"p"}"#)
                while let block = try await stream.next() {
                    #expect(!block.contains("transcription.completed"))
                    if block.contains("profile.updated") { break }
                }
            }
        }
    }

    @Test func `a failed job says so in an event, in its fields and in its logs, without native text`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            try await client.events("/api/v1/transcriptions/\(job)/events") { stream async throws in
                _ = try await stream.next(named: "snapshot")
                let claimed = try await world.claim()
                let failure = FailureReport(code: .engineCrashed, message: "The engine stopped.", chargesAttempt: true)
                let fenced = try await SQLJobStore(database: world.database).fail(claimed.lease, failure, retryAt: nil, at: .now)
                #expect(fenced == .applied)
                #expect(try await stream.next(named: "transcription.failed")?.contains("ENGINE_CRASHED") == true)
            }
            let shown = try await client.get("/api/v1/transcriptions/\(job)")
            #expect(shown["status"] == "failed" && shown["error"] == "The engine stopped." && shown["failed_at"] != nil)
            let execution = try await client.get("/api/v1/transcriptions/\(job)/executions").items.first
            #expect(execution?["status"] as? String == "failed" && execution?["error_code"] as? String == "ENGINE_CRASHED")
            let logs = try await client.get("/api/v1/transcriptions/\(job)/logs").text
            #expect(logs.contains("\nfailed_at=") && logs.contains("\nerror=ENGINE_CRASHED: The engine stopped."))
        }
    }

    @Test func `a job is retried once it has ended, not while it waits or runs`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = "/api/v1/transcriptions/\(try await client.job())"
            #expect(try await client.send("POST", path + ":retry").failure == "409 CONFLICT")
            _ = try await world.claim()
            #expect(try await client.send("POST", path + ":retry").failure == "409 CONFLICT")
            #expect(try await client.get("/api/v1/transcriptions").items.count == 1)
        }
    }

    @Test func `a running job that is canceled says canceled at once and takes no second cancel back`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let claimed = try await world.claim()
            for _ in 0..<2 {
                let answer = try await client.send("POST", "/api/v1/transcriptions/\(job):cancel")
                #expect(answer.text == #"{"id":"\#(job)","status":"canceled"}"#)
            }
            #expect(try await client.get("/api/v1/transcriptions/\(job)").value("cancel_requested") as? Bool == true)
            _ = try await SQLJobStore(database: world.database).cancel(claimed.lease, at: .now)
            #expect(try await client.get("/api/v1/transcriptions/\(job)")["status"] == "canceled")
            #expect(try await client.send("POST", "/api/v1/transcriptions/\(job):cancel").failure == "409 CONFLICT")
        }
    }

    @Test func `an answer to a change shows the change`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for path in ["files/\(try await client.upload())", "transcriptions/\(try await client.job())"] {
                let before = try await client.get("/api/v1/\(path)")["updated_at"] ?? ""
                let patched = try await client.send("PATCH", "/api/v1/\(path)", json: #"{"title":"New"}"#)
                #expect(patched["title"] == "New" && patched["updated_at"] ?? "" > before)
                #expect(try await client.get("/api/v1/\(path)").body == patched.body || path.hasPrefix("transcriptions"))
            }
        }
    }

    @Test func `signs of life and progress leave updated_at alone`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let claimed = try await world.claim()
            let before = try await client.get("/api/v1/transcriptions/\(job)")["updated_at"] ?? ""
            _ = try await SQLJobStore(database: world.database).renew([claimed.lease], until: .now + .seconds(600), at: .now)
            let list = try await client.get("/api/v1/transcriptions?updated_after=\(before)")
            #expect(list.items.isEmpty)
        }
    }

    @Test func `what kind a recording is stays as it was found`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let movie = TestForm().file(Array("MOVIE".utf8) + TestForm.recording(), name: "talk.ogg", type: "audio/ogg")
            let made = try await client.send(form: movie, to: "/api/v1/files")
            #expect(made["kind"] == "video" && made["mime_type"] == "video/mp4")
            #expect(try await client.get("/api/v1/files/\(made["id"] ?? "")").body == made.body)
            #expect(try await client.get("/api/v1/files?kind=video").items.count == 1)
            #expect(try await client.get("/api/v1/files?kind=audio").items.isEmpty)
            let audio = try await client.get("/api/v1/files/\(made["id"] ?? "")/audio")
            #expect(audio.headers["Content-Type"] == ["video/mp4"])
        }
    }

    @Test(arguments: [("plain words", "plain words"), ("[1,2]", "[1,2]"), ("null", ""), ("", "")])
    func `a stored transcript that is no object is served as its text`(_ stored: String, _ text: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            try await world.finish(job, stored)
            let answer = try await client.get("/api/v1/transcriptions/\(job)/transcript")
            #expect(answer.status == 200 && answer["text"] == text)
            #expect((answer.value("segments") as? [Any])?.isEmpty == true && (answer.value("words") as? [Any])?.isEmpty == true)
        }
    }

    @Test func `an identical recording is stored once, and both names play it`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let (first, second) = (try await client.upload(title: "a"), try await client.upload(title: "b"))
            #expect(first != second)
            #expect(world.storedBlobs == 1)
            #expect(try await client.send("DELETE", "/api/v1/files/\(first)").status == 204)
            #expect(try await client.get("/api/v1/files/\(second)/audio").body == TestForm.recording())
            #expect(try await client.send("DELETE", "/api/v1/files/\(second)").status == 204)
            #expect(world.storedBlobs == 0)
        }
    }

    @Test func `a search takes wildcards as they are written`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for title in ["100% sure", "1000 sure", "ÄRGER_x", "ärger-x"] { _ = try await client.upload(title: title) }
            func titles(_ q: String) async throws -> Set<String> {
                Set(try await client.get("/api/v1/files?q=\(q)").items.compactMap { $0["title"] as? String })
            }
            #expect(try await titles("0%25") == ["100% sure"])
            #expect(try await titles("%C3%84rger") == ["ÄRGER_x", "ärger-x"])
            #expect(try await titles("r_x") == ["ÄRGER_x"])
            #expect(try await client.get("/api/v1/files?q=%00r").failure == "422 VALIDATION_ERROR q")
        }
    }

    @Test func `a time is compared as a time, whatever its offset`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            _ = try await client.upload()
            let before = Timestamp.now - .seconds(3_600)
            let later = Timestamp.now + .seconds(3_600)
            func count(_ text: String) async throws -> Int {
                try await client.get("/api/v1/files?updated_after=\(text.replacing("+", with: "%2B"))").items.count
            }
            func shifted(_ time: Timestamp) -> String {
                (time + .seconds(5 * 3_600)).rfc3339.replacing("Z", with: "+05:00")
            }
            for time in [before.rfc3339, shifted(before)] { #expect(try await count(time) == 1) }
            for time in [later.rfc3339, shifted(later)] { #expect(try await count(time) == 0) }
        }
    }
}

extension ServerWorld {
    /// How many recordings lie in the storage, unfinished ones too.
    var storedBlobs: Int {
        FileManager.default.enumerator(atPath: folder + "/blobs")?.compactMap { $0 as? String }
            .filter { $0.contains("file_") && !$0.hasSuffix("/") }.count { path in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: folder + "/blobs/" + path, isDirectory: &isFolder)
                    && !isFolder.boolValue
            } ?? 0
    }
}
