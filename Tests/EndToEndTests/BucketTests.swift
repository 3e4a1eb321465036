import Foundation
import ScriberrTestSupport
import Testing

/// The built server with its recordings in a bucket of the S3-compatible server that `tools/run-tests` starts.
@Suite(.serialized, .enabled(if: BucketServer.environment != nil, "needs the server that tools/run-tests starts"))
struct BucketTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(5)))
    func `a recording in a bucket is transcribed, played in ranges, and deleted`() async throws {
        try await withServer(environment: BucketServer.environment ?? [:]) { server, client in
            let uploaded = try await client.upload(welcome, to: "files")
            let file = try #require(uploaded.json["id"] as? String)
            let uploads = try FileManager.default.subpathsOfDirectory(atPath: server.folder + "/data/uploads")
            #expect(!uploads.contains { $0.contains("file_") })
            // The upload left a copy here; without it the engine must have one fetched.
            for name in try FileManager.default.subpathsOfDirectory(atPath: server.folder + "/data/cache")
            where name.contains("file_") {
                try FileManager.default.removeItem(atPath: "\(server.folder)/data/cache/\(name)")
            }
            let created = try await client.send("POST", "transcriptions", json: ["file_id": file])
            let id = try #require(created.json["id"] as? String)
            let events = try await client.events("transcriptions/\(id)/events") { $0.isTerminal }
            #expect(events.last?.type == "transcription.completed")

            let whole = try Data(contentsOf: URL(fileURLWithPath: welcome))
            let part = try await client.send("GET", "files/\(file)/audio", headers: ["Range": "bytes=100-199"])
            #expect(part.status == 206)
            #expect(part.body == whole[100..<200])
            let all = try await client.send("GET", "files/\(file)/audio")
            #expect(all.body == whole)

            #expect(try await client.send("DELETE", "transcriptions/\(id)").status == 204)
            #expect(try await client.send("DELETE", "files/\(file)").status == 204)
            let copies = try FileManager.default.subpathsOfDirectory(atPath: server.folder + "/data/cache")
            #expect(copies.filter { $0.contains("file_") } == [])
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a bucket that does not exist or refuses us stops the start by name`() async throws {
        for (name, value) in [("STORAGE_URL", "s3://nobody-has-this"), ("AWS_SECRET_ACCESS_KEY", "wrong")] {
            try await withTemporaryFolder { folder in
                let environment = (BucketServer.environment ?? [:]).merging([name: value]) { $1 }
                let server = ServerProcess(folder: folder, environment: environment)
                let died = await #expect(throws: ServerDied.self) { _ = try await server.start() }
                #expect(await server.waitForEnd() == 1)
                #expect(died?.output.contains { $0.contains("STORAGE_URL: ") } == true)
                #expect(died?.output.contains { $0.contains("wrong") } == false)
            }
        }
    }
}

/// What a server needs to be told to use the bucket.
private enum BucketServer {
    private struct Facts: Decodable {
        let endpoint: String
        let bucket: String
        let access_key: String
        let secret_key: String
    }

    static let environment: [String: String]? = {
        guard let text = ProcessInfo.processInfo.environment["SCRIBERR_TEST_S3"],
            // A text that is none counts as no server; the suite then says that it did not run.
            let facts = try? JSONDecoder().decode(Facts.self, from: Data(text.utf8))
        else { return nil }
        return [
            "STORAGE_URL": "s3://\(facts.bucket)/e2e_\(UInt32.random(in: 0...UInt32.max))",
            "AWS_ENDPOINT_URL": facts.endpoint, "AWS_ACCESS_KEY_ID": facts.access_key,
            "AWS_SECRET_ACCESS_KEY": facts.secret_key,
        ]
    }()
}
