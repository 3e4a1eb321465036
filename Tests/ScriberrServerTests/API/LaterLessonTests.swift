import Logging
import ScriberrCore
import ScriberrServices
import ScriberrStore
import Testing

@testable import ScriberrServer

/// More faults that an earlier server had, as clients met them.
@Suite struct LaterLessons {
    @Test func `a file that is still being fetched takes no job`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let url = #"{"url":"https://www.youtube.com/watch?v=x"}"#
            let file = try await client.send("POST", "/api/v1/files:import-youtube", json: url)
            #expect(file.status == 202 && file["status"] == "processing" && file["kind"] == "youtube")
            let body = #"{"file_id":"\#(file["id"] ?? "")"}"#
            #expect(try await client.send("POST", "/api/v1/transcriptions", json: body).failure == "409 CONFLICT file_id")
            #expect(try await client.get("/api/v1/transcriptions").items.isEmpty)
        }
    }

    @Test func `a language that there is not, a model that there is not: told at once`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            for (option, value) in [("language", "zz"), ("language", "EN"), ("language", "pt-BR"), ("model", "large-v3")] {
                let body = #"{"file_id":"\#(file)","options":{"\#(option)":"\#(value)"}}"#
                let answer = try await client.send("POST", "/api/v1/transcriptions", json: body)
                #expect(answer.failure == "422 VALIDATION_ERROR options.\(option)", "\(value)")
            }
            for language in ["de", "yue", "auto"] {
                let body = #"{"file_id":"\#(file)","options":{"language":"\#(language)"}}"#
                #expect(try await client.send("POST", "/api/v1/transcriptions", json: body).status == 202, "\(language)")
            }
        }
    }

    @Test func `deleting a running job ends its worker's right to write, and frees its recording`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            let claimed = try await world.claim()
            let file = try await client.get("/api/v1/transcriptions/\(job)")["file_id"] ?? ""
            #expect(try await client.send("DELETE", "/api/v1/files/\(file)").status == 204)
            #expect(world.storedBlobs == 1)
            #expect(try await client.send("DELETE", "/api/v1/transcriptions/\(job)").status == 204)
            let result = JobResult(transcript: Array("{}".utf8), text: "")
            #expect(try await SQLJobStore(database: world.database).complete(claimed.lease, result, at: .now) != .applied)
            #expect(try await client.get("/api/v1/transcriptions/\(job)/executions").failure == "404 NOT_FOUND")
            #expect(world.storedBlobs == 0)
        }
    }

    @Test func `the default profile is one thing, wherever it is set`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            var profiles: [String] = []
            for name in ["a", "b"] {
                let made = try await client.send("POST", "/api/v1/profiles", json: #"{"name":"\#(name)","is_default":true}"#)
                profiles.append(made["id"] ?? "")
            }
            func expect(_ id: String?) async throws {
                let marked = try await client.get("/api/v1/profiles").items.filter { $0["is_default"] as? Bool == true }
                #expect(marked.compactMap { $0["id"] as? String } == [id].compactMap(\.self))
                #expect(try await client.get("/api/v1/settings")["default_profile_id"] == id)
            }
            try await expect(profiles[1])
            _ = try await client.send("PATCH", "/api/v1/settings", json: #"{"default_profile_id":"\#(profiles[0])"}"#)
            try await expect(profiles[0])
            _ = try await client.send("PATCH", "/api/v1/profiles/\(profiles[0])", json: #"{"is_default":false}"#)
            try await expect(nil)
            _ = try await client.send("POST", "/api/v1/profiles/\(profiles[1]):set-default")
            try await expect(profiles[1])
            _ = try await client.send("DELETE", "/api/v1/profiles/\(profiles[1])")
            try await expect(nil)
        }
    }

    @Test func `attempts are named as clients expect`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let job = try await client.job()
            _ = try await world.claim()
            func name() async throws -> String? {
                try await client.get("/api/v1/transcriptions/\(job)/executions").items.first?["id"] as? String
            }
            let first = try #require(try await name())
            #expect(first.wholeMatch(of: /exec_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
            #expect(try await name() == first)
        }
    }

    @Test func `a server whose port is taken is never ready`() async throws {
        try await ServerWorld.run { world async throws in
            var options = ServerOptions(tokenSecret: Array("a secret that only this test knows, 32+".utf8))
            (options.host, options.port) = ("127.0.0.1", world.port)
            let silent = Logger(label: "second") { _ in SwiftLogNoOpLogHandler() }
            let second = await ScriberrServer(options: options, services: world.services, logger: silent)
            let error = await #expect(throws: ScriberrError.self) { try await second.run() }
            #expect(error?.code == .serviceUnavailable && error?.message.contains("\(world.port)") == true)
            await #expect(throws: ScriberrError.self) { try await second.port }
        }
    }
}
