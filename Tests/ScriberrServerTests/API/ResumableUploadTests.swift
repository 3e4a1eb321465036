import Crypto
import Foundation
import NIOHTTP1
import ScriberrTestSupport
import Testing

@Suite struct ResumableUploads {
    private let path = "/api/v1/uploads"

    @Test func `an upload in pieces becomes a file with the same bytes`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let recording = TestForm.recording(300_000)
            let upload = try await client.announce(recording.count, "filename \(base64("../talk one.wav")),filetype")
            #expect(try await client.piece(upload, recording[..<100_000], at: 0).headers["Upload-Offset"] == ["100000"])
            let seen = try await client.send("HEAD", upload)
            #expect(seen.status == 200)
            #expect(seen.headers["Upload-Offset"] == ["100000"])
            #expect(seen.headers["Upload-Length"] == ["300000"])
            #expect(seen.headers["Upload-Metadata"] == ["filename \(base64("../talk one.wav")),filetype"])
            #expect(seen.headers["Cache-Control"] == ["no-store"])
            #expect(seen.headers["Upload-File-ID"] == [])
            let last = try await client.piece(upload, recording[100_000...], at: 100_000)
            #expect(last.status == 204)
            let file = try #require(last.headers["Upload-File-ID"].first)
            #expect(last.headers["Content-Location"] == ["/api/v1/files/\(file)"])
            #expect(try await client.get("/api/v1/files/\(file)/audio").body == recording)
            #expect(try await client.get("/api/v1/files/\(file)")["title"] == "talk one")
            #expect(try await client.send("HEAD", upload).headers["Upload-File-ID"] == [file])
            #expect(try await client.get(upload)["file_id"] == file)
            #expect(try stagedFiles(world) == [])
        }
    }

    @Test func `the first piece may come with the announcement`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let recording = TestForm.recording(5_000)
            let answer = try await client.send(
                "POST",
                path,
                headers: [("Upload-Length", "5000"), ("Content-Type", "application/offset+octet-stream")],
                body: recording
            )
            #expect(answer.status == 201)
            #expect(answer.headers["Upload-Offset"] == ["5000"])
            #expect(answer.headers["Upload-File-ID"].count == 1)
        }
    }

    @Test func `what came before a lost connection is kept`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let recording = TestForm.recording(50_000)
            let upload = try await client.announce(recording.count)
            let head = client.headers.map { "\($0.0): \($0.1)\r\n" }.joined()
            try await RawConnection.open(port: world.port) { connection in
                try await connection.send(
                    "PATCH \(upload) HTTP/1.1\r\nHost: a\r\n\(head)Upload-Offset: 0\r\nContent-Length: 50000\r\n"
                        + "Content-Type: application/offset+octet-stream\r\n\r\n"
                )
                try await connection.send(Array(recording[..<20_000]))
            }
            let isKept = await eventually {
                (try? await client.send("HEAD", upload))?.headers["Upload-Offset"] == ["20000"]
            }
            #expect(isKept)
            let last = try await client.piece(upload, recording[20_000...], at: 20_000)
            let file = try #require(last.headers["Upload-File-ID"].first)
            #expect(try await client.get("/api/v1/files/\(file)/audio").body == recording)
        }
    }

    @Test(arguments: ["sha1", "sha256"])
    func `a piece whose checksum is wrong does not count`(_ algorithm: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let recording = TestForm.recording(9_000)
            let upload = try await client.announce(recording.count)
            let digest =
                algorithm == "sha1" ? Data(Insecure.SHA1.hash(data: recording)) : Data(SHA256.hash(data: recording))
            let checksum = ("Upload-Checksum", "\(algorithm) \(digest.base64EncodedString())")
            var damaged = recording
            damaged[500] ^= 1
            let refused = try await client.piece(upload, damaged[...], at: 0, [checksum])
            #expect(refused.failure == "460 CHECKSUM_MISMATCH Upload-Checksum")
            #expect(try await client.send("HEAD", upload).headers["Upload-Offset"] == ["0"])
            let good = try await client.piece(upload, recording[...], at: 0, [checksum])
            let file = try #require(good.headers["Upload-File-ID"].first)
            #expect(try await client.get("/api/v1/files/\(file)/audio").body == recording)
        }
    }

    @Test func `requests that do not fit are refused with what is wrong`() async throws {
        try await ServerWorld.run(uploadLimitBytes: 1_000_000) { world async throws in
            let client = try await world.tus()
            #expect(try await client.send("POST", path).failure == "400 INVALID_REQUEST Upload-Length")
            #expect(
                try await client.send("POST", path, headers: [("Upload-Length", "-1")]).failure
                    == "400 INVALID_REQUEST Upload-Length"
            )
            #expect(
                try await client.send("POST", path, headers: [("Upload-Length", "1000001")]).failure
                    == "413 PAYLOAD_TOO_LARGE file"
            )
            #expect(try await client.send("POST", path, headers: [("Upload-Length", "0")]).failure == "422 MEDIA_UNREADABLE file")
            let metadata = [("Upload-Length", "9"), ("Upload-Metadata", "filename ???")]
            #expect(try await client.send("POST", path, headers: metadata).failure == "400 INVALID_REQUEST Upload-Metadata")
            let upload = try await client.announce(1_000)
            let bytes = TestForm.recording(1_001)
            #expect(try await client.piece(upload, bytes[..<10], at: 5).failure == "409 CONFLICT Upload-Offset")
            #expect(try await client.piece(upload, bytes[...], at: 0).failure == "413 PAYLOAD_TOO_LARGE Upload-Length")
            let wrongType = try await client.send("PATCH", upload, headers: [("Upload-Offset", "0")], body: [1])
            #expect(wrongType.failure == "415 UNSUPPORTED_MEDIA_TYPE Content-Type")
            let md5 = [("Upload-Checksum", "md5 AAAA")]
            #expect(try await client.piece(upload, bytes[..<10], at: 0, md5).failure == "400 INVALID_REQUEST Upload-Checksum")
            let old = try await world.anonymous.adding("Tus-Resumable", "0.2.2").bearing(client.token).send("HEAD", upload)
            #expect(old.status == 412)
            #expect(old.headers["Tus-Version"] == ["1.0.0"])
        }
    }

    @Test func `bytes that are no recording are refused as in a form, and forgotten`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let upload = try await client.announce(9, "filename \(base64("notes.txt"))")
            let answer = try await client.piece(upload, Array("just text".utf8)[...], at: 0)
            #expect(answer.failure == "415 UNSUPPORTED_MEDIA_TYPE file")
            #expect(answer.headers["Tus-Resumable"] == ["1.0.0"])
            #expect(try await client.send("HEAD", upload).status == 404)
            #expect(try stagedFiles(world) == [])
        }
    }

    @Test func `an upload is its owner's alone`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let upload = try await client.announce(1_000)
            let ben = try await world.other(client).client.adding("Tus-Resumable", "1.0.0")
            #expect(try await ben.send("HEAD", upload).status == 404)
            #expect(try await ben.piece(upload, TestForm.recording()[...], at: 0).status == 404)
            #expect(try await ben.send("DELETE", upload).status == 404)
            #expect(try await client.send("HEAD", upload).status == 200)
        }
    }

    @Test func `one request at a time sends to an upload`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let recording = TestForm.recording(4_000)
            let upload = try await client.announce(recording.count)
            let head = client.headers.map { "\($0.0): \($0.1)\r\n" }.joined()
            try await RawConnection.open(port: world.port) { connection in
                try await connection.send(
                    "PATCH \(upload) HTTP/1.1\r\nHost: a\r\n\(head)Upload-Offset: 0\r\nContent-Length: 4000\r\n"
                        + "Content-Type: application/offset+octet-stream\r\n\r\n"
                )
                try await connection.send(Array(recording[..<1_000]))
                #expect(await eventually { (try? stagedFiles(world))?.count == 1 })
                #expect(try await client.piece(upload, recording[...], at: 0).failure == "423 UPLOAD_LOCKED")
                try await connection.send(Array(recording[1_000...]))
                let isDone = try await connection.read(until: "\r\n\r\n")
                #expect(isDone && connection.received.hasPrefix("HTTP/1.1 204"))
            }
        }
    }

    @Test func `a deleted upload is gone with its bytes`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.tus()
            let upload = try await client.announce(1_000)
            _ = try await client.piece(upload, TestForm.recording()[..<100], at: 0)
            let override = [("X-HTTP-Method-Override", "DELETE")]
            #expect(try await client.send("POST", upload, headers: override).status == 204)
            #expect(try await client.send("HEAD", upload).status == 404)
            #expect(try stagedFiles(world) == [])
        }
    }

    @Test func `OPTIONS tells what is spoken`() async throws {
        try await ServerWorld.run(uploadLimitBytes: 12_345) { world async throws in
            let answer = try await world.anonymous.send("OPTIONS", path)
            #expect(answer.status == 204)
            #expect(answer.headers["Tus-Max-Size"] == ["12345"])
            #expect(answer.headers["Tus-Extension"] == ["creation,creation-with-upload,checksum,expiration,termination"])
        }
    }

    private func stagedFiles(_ world: ServerWorld) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: world.folder + "/partial")
    }
}

private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

extension ServerWorld {
    /// A client that is signed in and speaks tus.
    fileprivate func tus() async throws -> TestClient { try await signedIn().adding("Tus-Resumable", "1.0.0") }
}

extension TestClient {
    fileprivate var token: String {
        String(headers.first { $0.0 == "Authorization" }?.1.dropFirst("Bearer ".count) ?? "")
    }

    /// Announces an upload and answers its path.
    fileprivate func announce(_ length: Int, _ metadata: String = "") async throws -> String {
        let headers = [("Upload-Length", String(length))] + (metadata.isEmpty ? [] : [("Upload-Metadata", metadata)])
        let answer = try await send("POST", "/api/v1/uploads", headers: headers)
        #expect(answer.status == 201)
        #expect(answer.headers["Upload-Expires"].count == 1)
        return answer.headers["Location"].first ?? ""
    }

    fileprivate func piece(_ path: String, _ bytes: ArraySlice<UInt8>, at offset: Int, _ headers: [(String, String)] = [])
        async throws -> TestAnswer
    {
        let fixed = [("Upload-Offset", String(offset)), ("Content-Type", "application/offset+octet-stream")]
        return try await send("PATCH", path, headers: fixed + headers, body: Array(bytes))
    }
}
