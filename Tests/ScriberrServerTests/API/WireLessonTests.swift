import Foundation
import NIOHTTP1
import ScriberrCore
import ScriberrServer
import ScriberrStore
import ScriberrTestSupport
import Testing

/// Faults of an earlier server that show on the wire.
@Suite(.timeLimit(.minutes(15))) struct WireLessons {
    @Test func `a submission beyond the limit is refused where it passes it, whatever stands before the recording`() async throws
    {
        try await ServerWorld.run(uploadLimitBytes: 100_000) { world async throws in
            let client = try await world.signedIn()
            let path = "/api/v1/transcriptions:submit"
            let form = TestForm().field("title", "t").field("options", "{}").file(TestForm.recording(400_000))
            #expect(try await client.send(form: form, to: path).failure == "413 PAYLOAD_TOO_LARGE file")
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(world.head(client, path, form, "Transfer-Encoding: chunked"))
                // Most of it never goes out: the refusal comes before the end.
                for start in stride(from: 0, to: 200_000, by: 50_000) {
                    let piece = Array(form.bytes[start..<(start + 50_000)])
                    try await connection.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8))
                }
                #expect(try await connection.read(until: "PAYLOAD_TOO_LARGE"))
                #expect(connection.received.hasPrefix("HTTP/1.1 413 "))
            }
            let field = TestForm().field("title", String(repeating: "x", count: 3_000_000)).file(TestForm.recording())
            #expect((400..<500).contains(try await client.send(form: field, to: path).status))
            #expect(await eventually { world.storedBlobs == 0 })
            #expect(try await client.get("/api/v1/files").items.isEmpty)
            #expect(try await client.get("/api/v1/transcriptions").items.isEmpty)
        }
    }

    @Test(arguments: ["\\", "file", "\\\\\\", ""]) func `a name whose quote is never closed is a name, and the server lives on`(
        _ name: String
    ) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for path in ["/api/v1/files", "/api/v1/transcriptions:submit"] {
                let open = TestForm().adding(["Content-Disposition: form-data; name=\"\(name)"], [1])
                #expect((400..<500).contains(try await client.send(form: open, to: path).status))
            }
            #expect(try await client.get("/health").status == 200)
        }
    }

    @Test func `a recording goes straight to where it stays`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            for path in ["/api/v1/files", "/api/v1/transcriptions:submit"] {
                let form = TestForm().field("title", "t").file(TestForm.recording(4_000_000, seed: 9))
                let before = try world.bytes(below: "blobs")
                try await RawConnection.open(port: world.port) { connection async throws in
                    let head = world.head(client, path, form, "Content-Length: \(form.bytes.count)")
                    try await connection.send(Array(head.utf8) + form.bytes.prefix(3_000_000))
                    // No more comes, so whatever waits in memory or elsewhere would not get here.
                    #expect(await eventually { (try? world.bytes(below: "blobs")) ?? 0 > before + 1_500_000 })
                    #expect(try world.bytes(below: "partial") == 0)
                    try await connection.send(Array(form.bytes.dropFirst(3_000_000)))
                    #expect(try await connection.read(until: "HTTP/1.1 20"))
                }
            }
        }
    }

    @Test func `a connection that says nothing more is closed after a while`() async throws {
        try await ServerWorld.run(configure: { $0.readTimeout = .seconds(15) }) { world async throws in
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                let all = try await connection.readToEnd()
                #expect(all.hasPrefix("HTTP/1.1 200 ") && all.hasSuffix(#"{"status":"ok"}"#))
            }
        }
    }

    @Test func `a repetition under a key has each header once`() async throws {
        try await ServerWorld.run(configure: { $0.allowedOrigins = ["https://app.example"] }) { world async throws in
            let client = try await world.signedIn().adding("Idempotency-Key", "k").adding("Origin", "https://app.example")
            let body = #"{"name":"p","description":"\#(String(repeating: "long ", count: 300))"}"#
            for (number, encoding) in ["gzip", "gzip", "identity"].enumerated() {
                let answer = try await client.send("POST", "/api/v1/profiles", json: body, [("Accept-Encoding", encoding)])
                #expect(answer.status == 201 && answer.headers["Idempotency-Replayed"].count == min(number, 1))
                for name in Set(answer.headers.map { $0.name.lowercased() }) where name != "vary" {
                    #expect(answer.headers[name].count == 1, "\(name)")
                }
                #expect(answer.headers["Access-Control-Allow-Origin"] == ["https://app.example"])
                #expect(answer.body.starts(with: [0x1F, 0x8B]) == (encoding == "gzip"))
            }
        }
    }

    @Test func `no other origin may call unless one is configured`() async throws {
        try await ServerWorld.run { world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            let browser = world.anonymous.adding("Cookie", "scriberr_access_token=\(token)")
            for origin in ["https://evil.example", "null", "http://localhost:5173"] {
                for (method, path) in [("GET", "/api/v1/files"), ("OPTIONS", "/api/v1/files"), ("POST", "/api/v1/profiles")] {
                    let answer = try await browser.send(method, path, headers: [("Origin", origin)], body: nil)
                    #expect(answer.headers["Access-Control-Allow-Origin"].isEmpty, "\(method) \(origin)")
                    #expect(answer.headers["Access-Control-Allow-Credentials"].isEmpty)
                    #expect(method != "POST" || answer.status == 401)
                }
            }
        }
    }

    @Test func `a listener that takes nothing is cut off`() async throws {
        try await ServerWorld.run(configure: { $0.writeTimeout = .milliseconds(200) }) { world async throws in
            let client = try await world.signedIn()
            try await RawConnection.open(port: world.port, roomBytes: 65_536) { connection async throws in
                let token = client.headers[0].1
                try await connection.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: \(token)\r\n\r\n")
                #expect(try await connection.read(until: "event: snapshot"))
                #expect(world.server.openStreams == 1)
                // More than any buffer between the two holds.
                let payload = #"{"text":"\#(String(repeating: "x", count: 1_000_000))"}"#
                for _ in 0..<40 {
                    _ = try await world.database.write {
                        try EventLog.append(
                            $0,
                            owner: UserID(1),
                            subject: "x",
                            type: .settingsUpdated,
                            payload: payload,
                            at: .now
                        )
                    }
                }
                #expect(await eventually { world.server.openStreams == 0 })
            }
        }
    }
}

extension ServerWorld {
    /// The head of a form that is sent by hand.
    fileprivate func head(_ client: TestClient, _ path: String, _ form: TestForm, _ length: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: \(client.headers[0].1)\r\n"
            + "Content-Type: \(form.contentType)\r\n\(length)\r\n\r\n"
    }

    /// How many bytes lie in the files below a folder of the world.
    fileprivate func bytes(below name: String) throws -> Int {
        let root = folder + "/" + name
        return try FileManager.default.subpathsOfDirectory(atPath: root).reduce(0) { sum, path in
            let attributes = try FileManager.default.attributesOfItem(atPath: root + "/" + path)
            return sum + (attributes[.type] as? FileAttributeType == .typeRegular ? attributes[.size] as? Int ?? 0 : 0)
        }
    }
}
