import Foundation
import NIOHTTP1
import Testing

@Suite struct WebhookRoutes {
    private let path = "/api/v1/webhooks"

    @Test func `a secret is shown when it is made and never again`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let made = try await client.send("POST", path, json: #"{"url":"https://Example.org/hook"}"#)
            #expect(made.status == 201)
            #expect(made["secret"]?.hasPrefix("whsec_") == true)
            #expect(made.headers["Cache-Control"] == ["no-store"])
            let hook = try #require(made.headers["Location"].first)
            #expect(try await client.get(hook)["secret"] == nil)
            #expect(try await !client.get(path).text.contains("whsec_"))
            let rotated = try await client.send("POST", hook + ":rotate-secret")
            #expect(rotated["secret"] != made["secret"])
            #expect(rotated["previous_secret_expires_at"] != nil)
        }
    }

    @Test func `a webhook is changed, and removed with its deliveries`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let hook = try await client.send("POST", path, json: #"{"url":"https://nowhere.invalid/"}"#)["id"] ?? ""
            let body = #"{"events":["file.deleted","file.ready"],"description":"backup","enabled":false}"#
            let changed = try await client.send("PATCH", "\(path)/\(hook)", json: body)
            #expect(changed.value("events") as? [String] == ["file.ready", "file.deleted"])
            #expect(changed.value("enabled") as? Bool == false)
            let tested = try await client.send("POST", "\(path)/\(hook):test")
            #expect(tested["status"] == "failed" && tested["type"] == "webhook.test")
            let delivery = "/api/v1/webhook-deliveries/\(tested["id"] ?? "")"
            #expect(try await client.get("\(path)/\(hook)/deliveries").items.count == 1)
            #expect((try await client.get(delivery).value("tries") as? [Any])?.count == 1)
            #expect(try await client.send("POST", delivery + ":replay").failure == "409 CONFLICT")
            #expect(try await client.send("DELETE", "\(path)/\(hook)").status == 204)
            #expect(try await client.get(delivery).failure == "404 NOT_FOUND")
        }
    }

    @Test(arguments: [
        (#"{}"#, "url"), (#"{"url":"ftp://example.org"}"#, "url"), (#"{"url":"https://a:b@example.org"}"#, "url"),
        (#"{"url":"http://192.168.1.5/x"}"#, "url"), (#"{"url":"http://127.1/"}"#, "url"), (#"{"url":"http://[::1]/"}"#, "url"),
        (#"{"url":"https://example.org","events":["dance"]}"#, "events"),
    ])
    func `what cannot be sent to or heard of is refused`(_ body: String, _ field: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await client.send("POST", path, json: body).failure == "422 VALIDATION_ERROR \(field)")
        }
    }

    @Test func `a job's callback is checked before the job is made, and its secret shown with it`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            let create = { (url: String) in #"{"file_id":"\#(file)","callback_url":"\#(url)"}"# }
            let refused = try await client.send("POST", "/api/v1/transcriptions", json: create("http://10.0.0.1/"))
            #expect(refused.failure == "422 VALIDATION_ERROR callback_url")
            #expect(try await client.get("/api/v1/transcriptions").items.isEmpty)
            let job = try await client.send("POST", "/api/v1/transcriptions", json: create("https://example.org/"))
            #expect(job.status == 202)
            #expect(job["callback_secret"]?.hasPrefix("whsec_") == true)
            #expect(try await client.get(path).items.isEmpty)
            let all = try await client.get(path + "?callbacks=true").items
            #expect(all.map { $0["transcription_id"] as? String } == [job["id"]])
        }
    }
}
