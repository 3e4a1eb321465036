import Foundation
import NIOHTTP1
import ScriberrServer
import ScriberrTestSupport
import Testing

@Suite struct Uploads {
    /// How many blobs lie in the store, unfinished ones included.
    private func blobCount(_ world: ServerWorld) -> Int {
        let files = FileManager.default.enumerator(atPath: world.folder + "/blobs")?.allObjects as? [String] ?? []
        return files.count { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: world.folder + "/blobs/" + path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    @Test func `a form whose file has another name has no file`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for content in [TestForm.recording(), TestForm.recording(300_000), Array("text".utf8)] {
                let head = #"Content-Disposition: form-data; name="audio"; filename="a.wav""#
                let form = TestForm().adding([head, "Content-Type: audio/wav"], content)
                #expect(try await client.send(form: form, to: "/api/v1/files").failure == "400 INVALID_REQUEST file")
            }
        }
    }

    @Test func `an upload comes back byte by byte`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let recording = TestForm.recording(3_000_000)
            let file = try await client.upload(recording)
            #expect(try await client.get("/api/v1/files/\(file)/audio").body == recording)
        }
    }

    @Test(arguments: [
        ("meeting.wav", "meeting"), ("../../etc/secret.wav", "secret"), (#"C:\music\take 1.mp3"#, "take 1"),
        ("ünïcode 会议.m4a", "ünïcode 会议"),
    ])
    func `the title follows from the file's name`(_ name: String, _ title: String) async throws {
        try await ServerWorld.run { world async throws in
            let upload = try await world.signedIn().send(
                form: TestForm().file(TestForm.recording(), name: name),
                to: "/api/v1/files"
            )
            #expect(upload["title"] == title)
        }
    }

    @Test func `requests without a usable file are refused and leave nothing behind`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let path = "/api/v1/files"
            #expect(try await client.send("POST", path, json: "{}").failure == "400 INVALID_REQUEST file")
            #expect(try await client.send("POST", path).failure == "400 INVALID_REQUEST file")
            #expect(try await client.send(form: TestForm().field("title", "a"), to: path).failure == "400 INVALID_REQUEST file")
            #expect(try await client.send(form: TestForm().field("file", "text"), to: path).failure == "400 INVALID_REQUEST file")
            let twice = TestForm().file(TestForm.recording()).file(TestForm.recording())
            #expect(try await client.send(form: twice, to: path).failure == "400 INVALID_REQUEST file")
            var open = TestForm().file(TestForm.recording())
            open.isClosed = false
            #expect(try await client.send(form: open, to: path).failure == "400 INVALID_REQUEST file")
            let text = TestForm().file(Array("just text".utf8), name: "notes.txt", type: "text/plain")
            #expect(try await client.send(form: text, to: path).failure == "415 UNSUPPORTED_MEDIA_TYPE file")
            let long = TestForm().field("title", String(repeating: "a", count: 70_000)).file(TestForm.recording())
            #expect(try await client.send(form: long, to: path).failure == "422 VALIDATION_ERROR title")
            let options = TestForm().field("options", "{").file(TestForm.recording())
            #expect(
                try await client.send(form: options, to: "/api/v1/transcriptions:submit").failure == "400 INVALID_REQUEST options"
            )
            let language = TestForm().file(TestForm.recording()).field("options", #"{"language":"english"}"#)
            #expect(
                try await client.send(form: language, to: "/api/v1/transcriptions:submit").failure
                    == "422 VALIDATION_ERROR options.language"
            )
            let profile = TestForm().file(TestForm.recording()).field("profile_id", "profile_unknown")
            #expect(
                try await client.send(form: profile, to: "/api/v1/transcriptions:submit").failure
                    == "422 VALIDATION_ERROR profile_id"
            )
            #expect(try await client.get(path).items.isEmpty)
            #expect(await eventually { blobCount(world) == 0 })
        }
    }

    @Test func `an upload beyond the limit is refused before it is sent when it says so`() async throws {
        try await ServerWorld.run(uploadLimitBytes: 100_000) { world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(
                    "POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                        + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 60000000000\r\nExpect: 100-continue\r\n\r\n"
                )
                #expect(try await connection.read(until: "PAYLOAD_TOO_LARGE"))
                #expect(connection.received.hasPrefix("HTTP/1.1 413"))
                #expect(connection.received.contains(#""field":"file""#))
            }
        }
    }

    @Test func `an upload beyond the limit is refused where it passes it, chunked or declared`() async throws {
        try await ServerWorld.run(uploadLimitBytes: 100_000) { world async throws in
            let client = try await world.signedIn()
            let form = TestForm().file(TestForm.recording(200_000))
            #expect(try await client.send(form: form, to: "/api/v1/files").failure == "413 PAYLOAD_TOO_LARGE file")
            let token = client.headers[0].1
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(
                    "POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: \(token)\r\n"
                        + "Content-Type: \(form.contentType)\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                for start in stride(from: 0, to: form.bytes.count, by: 50_000) {
                    let piece = Array(form.bytes[start..<min(start + 50_000, form.bytes.count)])
                    try await connection.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8))
                }
                #expect(try await connection.read(until: "PAYLOAD_TOO_LARGE"))
            }
            #expect(await eventually { blobCount(world) == 0 })
        }
    }

    @Test func `an upload that is cut or stalls leaves nothing behind`() async throws {
        try await ServerWorld.run(configure: { $0.readTimeout = .seconds(15) }) { world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            let form = TestForm().file(TestForm.recording(100_000))
            let head =
                "POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: \(form.contentType)\r\nContent-Length: \(form.bytes.count)\r\n\r\n"
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(Array(head.utf8) + form.bytes.prefix(50_000))
                #expect(await eventually { blobCount(world) > 0 })
            }
            #expect(await eventually { blobCount(world) == 0 })
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(Array(head.utf8) + form.bytes.prefix(50_000))
                #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 408 "))
            }
            #expect(await eventually { blobCount(world) == 0 })
        }
    }

    @Test func `a client that waits to be asked is asked once it may send`() async throws {
        try await ServerWorld.run { world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            let form = TestForm().file(TestForm.recording())
            func head(_ token: String) -> String {
                "POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nExpect: 100-continue\r\n"
                    + "Content-Type: \(form.contentType)\r\nContent-Length: \(form.bytes.count)\r\n\r\n"
            }
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(head(token))
                #expect(try await connection.read(until: "HTTP/1.1 100 Continue\r\n\r\n"))
                try await connection.send(form.bytes)
                #expect(try await connection.read(until: "HTTP/1.1 201"))
            }
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(head("wrong"))
                #expect(try await connection.read(until: "UNAUTHORIZED"))
                #expect(!connection.received.contains("100 Continue"))
            }
        }
    }

    @Test func `files are listed, renamed and deleted`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            #expect(try await client.send("PATCH", "/api/v1/files/\(file)", json: #"{"title":" New "}"#)["title"] == "New")
            #expect(
                try await client.send("PATCH", "/api/v1/files/\(file)", json: #"{"title":" "}"#).failure
                    == "422 VALIDATION_ERROR title"
            )
            #expect(try await client.send("DELETE", "/api/v1/files/\(file)").status == 204)
            #expect(try await client.get("/api/v1/files/\(file)").failure == "404 NOT_FOUND")
            #expect(try await client.send("DELETE", "/api/v1/files/\(file)").failure == "404 NOT_FOUND")
            #expect(try await client.get("/api/v1/files/\(file.replacing("file_", with: "tr_"))").failure == "404 NOT_FOUND")
        }
    }

    @Test(arguments: [
        "file:///etc/passwd", "https://youtube.com.evil.example/x", "https://example.com/v", "", "youtube.com/x",
        "https://a@youtube.com/",
    ])
    func `an import from anywhere but YouTube names the url`(_ url: String) async throws {
        try await ServerWorld.run { world async throws in
            let answer = try await world.signedIn().send("POST", "/api/v1/files:import-youtube", json: #"{"url":"\#(url)"}"#)
            #expect(answer.failure == "422 VALIDATION_ERROR url")
        }
    }
}
