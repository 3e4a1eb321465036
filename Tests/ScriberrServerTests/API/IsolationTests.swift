import Foundation
import HTTPTypes
import NIOHTTP1
import Testing

@testable import ScriberrServer

/// What one account has, another does not find: neither by id, nor in a list, nor in a stream.
@Suite struct Isolation {
    @Test func `every route with an id answers a stranger as if there were nothing`() async throws {
        try await ServerWorld.run { world async throws in
            let alice = try await world.signedIn()
            let (bob, _) = try await world.other(alice)
            let (file, job) = (try await alice.upload(), try await alice.job())
            let profile = try await alice.send("POST", "/api/v1/profiles", json: #"{"name":"p"}"#)["id"] ?? ""
            let key = try await alice.send("POST", "/api/v1/api-keys", json: #"{"name":"k"}"#)["id"] ?? ""
            let tus = [
                ("Tus-Resumable", "1.0.0"), ("Upload-Length", "9"), ("Upload-Offset", "0"), ("X-HTTP-Method-Override", "PATCH"),
                ("Content-Type", "application/offset+octet-stream"),
            ]
            let announced = try await alice.send("POST", "/api/v1/uploads", headers: Array(tus[..<2])).headers["Location"]
            let upload = String(announced.first?.split(separator: "/").last ?? "")
            let hook = try await alice.send("POST", "/api/v1/webhooks", json: #"{"url":"https://nowhere.invalid/"}"#)["id"] ?? ""
            let delivery = try await alice.send("POST", "/api/v1/webhooks/\(hook):test")["id"] ?? ""
            let start = #"{"title":"t","mime_type":"audio/webm"}"#
            let recording = try await alice.send("POST", "/api/v1/recordings", json: start)["id"] ?? ""
            let ids = [
                "recordings": recording, "files": file, "transcriptions": job, "profiles": profile, "api-keys": key,
                "uploads": upload, "webhooks": hook,
                "webhook-deliveries": delivery,
            ]
            var walked = 0
            for route in Route.all where route.pattern.text.contains("{id}") && !route.pattern.text.contains("/admin/") {
                let kind = route.pattern.text.split(separator: "/")[2]
                // Models belong to the machine, not to an account.
                guard kind != "models" else { continue }
                let id = try #require(ids[String(kind)], "\(route.name) has an id that this test does not know")
                let path = route.pattern.text.replacing("{id}", with: id)
                let body = route.method == .get || route.method == .delete ? nil : Array(#"{"title":"mine now","name":"x"}"#.utf8)
                let headers = kind == "uploads" ? tus : []
                let answer = try await bob.send(route.method.rawValue, path, headers: headers, body: body)
                #expect(answer.failure == "404 NOT_FOUND", "\(route.name)")
                walked += 1
            }
            #expect(walked > 15)
            #expect(try await alice.get("/api/v1/files/\(file)")["title"] == "meeting")
            #expect(try await alice.get("/api/v1/transcriptions/\(job)")["status"] == "queued")
            #expect(try await alice.get("/api/v1/profiles/\(profile)")["name"] == "p")
            #expect(try await alice.get("/api/v1/api-keys").items.count == 1)
        }
    }

    @Test func `another's ids in a body are unknown, and lists hold one's own only`() async throws {
        try await ServerWorld.run { world async throws in
            let alice = try await world.signedIn()
            let (bob, _) = try await world.other(alice)
            let file = try await alice.upload()
            _ = try await alice.job()
            let profile = try await alice.send("POST", "/api/v1/profiles", json: #"{"name":"p","is_default":true}"#)["id"] ?? ""
            let stolen = try await bob.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#)
            #expect(stolen.failure == "404 NOT_FOUND")
            let own = try await bob.upload()
            let borrowed = #"{"file_id":"\#(own)","profile_id":"\#(profile)"}"#
            #expect(
                try await bob.send("POST", "/api/v1/transcriptions", json: borrowed).failure == "422 VALIDATION_ERROR profile_id"
            )
            let setting = #"{"default_profile_id":"\#(profile)"}"#
            #expect(
                try await bob.send("PATCH", "/api/v1/settings", json: setting).failure
                    == "422 VALIDATION_ERROR default_profile_id"
            )
            for list in ["transcriptions", "profiles", "api-keys"] {
                #expect(try await bob.get("/api/v1/\(list)").items.isEmpty, "\(list)")
            }
            #expect(try await bob.get("/api/v1/files").items.map { $0["id"] as? String } == [own])
            #expect(try await bob.get("/api/v1/settings").value("default_profile_id") is NSNull)
        }
    }

    @Test func `a stream tells of one's own things only`() async throws {
        try await ServerWorld.run { world async throws in
            let alice = try await world.signedIn()
            let (bob, _) = try await world.other(alice)
            try await bob.events("/api/v1/events") { stream async throws in
                _ = try await stream.next(named: "snapshot")
                let hers = try await alice.job()
                let his = try await bob.job()
                let created = try await stream.next(named: "transcription.created") ?? ""
                #expect(created.contains(his) && !created.contains(hers))
            }
        }
    }

    @Test func `the same key and the same bytes of two accounts are two things`() async throws {
        try await ServerWorld.run { world async throws in
            let alice = try await world.signedIn()
            let (bob, _) = try await world.other(alice)
            let form = TestForm().file(TestForm.recording())
            let key = [("Idempotency-Key", "same")]
            let hers = try await alice.send(form: form, to: "/api/v1/files", key)
            let his = try await bob.send(form: form, to: "/api/v1/files", key)
            #expect(hers.status == 201 && his.status == 201 && hers["id"] != his["id"])
            #expect(his.headers.first(name: "Idempotency-Replayed") == nil)
            #expect(try await bob.send("DELETE", "/api/v1/files/\(his["id"] ?? "")").status == 204)
            #expect(try await alice.get("/api/v1/files/\(hers["id"] ?? "")/audio").body == TestForm.recording())
        }
    }
}
