import Testing

@testable import ScriberrServer

@Suite struct ImportRoutes {
    @Test(arguments: [
        ("https://podcast.example/a.mp3", #"{"options":{"speakers":0}}"#, "422 VALIDATION_ERROR options.speakers"),
        ("https://podcast.example/a.mp3", #"{"profile_id":"profile_9"}"#, "422 VALIDATION_ERROR profile_id"),
        ("https://podcast.example/a.mp3", #"{"options":7}"#, "400 INVALID_REQUEST"),
        ("http://127.0.0.1/a.mp3", "{}", "422 VALIDATION_ERROR url"),
    ])
    func `how to transcribe an import is checked before anything is fetched`(
        url: String,
        transcription: String,
        failure: String
    ) async throws {
        let body = #"{"url":"\#(url)","transcription":\#(transcription)}"#
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            #expect(try await client.send("POST", "/api/v1/files:import-url", json: body).failure == failure)
            #expect(try await client.get("/api/v1/files").items.isEmpty)
        }
    }

    @Test func `a file says that nothing is wrong with it`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.get("/api/v1/files/" + client.upload())
            #expect(file.json.keys.contains("error") && file["error"] == nil && file["error_code"] == nil)
        }
    }
}
