import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ScriberrTestSupport
import Testing

/// The built server with its recordings in a bucket of the S3-compatible server that `tools/run-tests` starts.
@Suite(.serialized, .enabled(if: BucketServer.environment != nil, "needs the server that tools/run-tests starts"))
struct BucketTests {
    private let welcome = ServerProcess.repository.appendingPathComponent("samples/welcome.wav").path

    @Test(.timeLimit(.minutes(15)))
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
            let events = try await client.untilEnd(of: id)
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

    @Test(.timeLimit(.minutes(15)))
    func `clients are sent to the bucket for recordings when that is wanted`() async throws {
        let environment = (BucketServer.environment ?? [:]).merging(["STORAGE_REDIRECT": "true"]) { $1 }
        try await withServer(environment: environment) { server, client in
            let uploaded = try await client.upload(welcome, to: "files")
            let file = try #require(uploaded.json["id"] as? String)
            let sent = try await answer(of: client, "files/\(file)/audio")
            #expect(sent.status.code == 307 && sent.headers.first(name: "cache-control") == "private, no-store")
            let address = try #require(sent.headers.first(name: "location"))
            #expect(address.hasPrefix(environment["AWS_ENDPOINT_URL"] ?? "nowhere") && !address.contains("correct"))
            // Without our token: the bucket takes either a signed address or a signature of its own.
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "Range", value: "bytes=100-199")
            let part = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
            #expect(part.status.code == 206 && part.headers.first(name: "content-type") == "audio/wav")
            let whole = try Data(contentsOf: URL(fileURLWithPath: welcome))
            #expect(try await Data(part.body.collect(upTo: 1 << 20).readableBytesView) == whole[100..<200])
            #expect(try await client.send("GET", "files/\(file)/audio").body == whole, "a client that follows has it all")
            // Somebody else is sent nowhere, and what has not changed is not fetched again.
            #expect(try await APIClient(base: client.base).send("GET", "files/\(file)/audio").status == 401)
            let tag = try await client.send("GET", "files/\(file)/audio", headers: ["If-None-Match": "*"])
            #expect(tag.status == 304)
        }
    }

    @Test(.timeLimit(.minutes(15)))
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

    /// What the server itself answers, without following it elsewhere.
    private func answer(of client: APIClient, _ path: String) async throws -> HTTPClientResponse {
        let plain = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
        var request = HTTPClientRequest(url: "\(client.base)/api/v1/\(path)")
        request.headers.add(name: "Authorization", value: "Bearer \(client.token ?? "")")
        do {
            let response = try await plain.execute(request, timeout: .seconds(300))
            _ = try await response.body.collect(upTo: 1 << 20)
            try await plain.shutdown()
            return response
        } catch {
            try await plain.shutdown()
            throw error
        }
    }
}
