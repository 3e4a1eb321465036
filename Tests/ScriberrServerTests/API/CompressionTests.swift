import CZlib
import HTTPTypes
import NIOHTTP1
import Testing

@testable import ScriberrServer

@Suite struct CompressionTests {
    @Test func `text is packed for those who take it, decided by what is answered`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload(TestForm.recording(5_000))
            for _ in 0..<20 { _ = try await client.send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#) }
            let plain = try await client.get("/api/v1/transcriptions")
            #expect(plain.headers["Content-Encoding"].isEmpty)
            #expect(plain.headers["Vary"].contains("Accept-Encoding"))
            let packed = try await client.get("/api/v1/transcriptions", [("Accept-Encoding", "br, gzip")])
            #expect(packed.headers["Content-Encoding"] == ["gzip"])
            #expect(packed.body.count < plain.body.count / 3 && packed.body.starts(with: [0x1F, 0x8B]))
            #expect(packed.headers["ETag"] == plain.headers["ETag"])
            #expect(try unpacked(packed.body) == plain.body)
            let seen = [("Accept-Encoding", "gzip"), ("If-None-Match", packed.headers.first(name: "ETag") ?? "")]
            let unchanged = try await client.get("/api/v1/transcriptions", seen)
            #expect(unchanged.status == 304 && unchanged.headers["Content-Encoding"].isEmpty)
            let head = try await client.send("HEAD", "/api/v1/transcriptions", headers: [("Accept-Encoding", "gzip")])
            #expect(head.headers["Content-Length"] == packed.headers["Content-Length"])
        }
    }

    @Test func `recordings, parts, streams, small answers and secrets are sent as they are`() async throws {
        try await ServerWorld.run { world async throws in
            let (client, _) = try await world.register()
            let gzip = client.adding("Accept-Encoding", "gzip").adding("Content-Type", "application/json")
            let file = try await client.upload(TestForm.recording(5_000))
            let whole = try await gzip.get("/api/v1/files/\(file)/audio")
            #expect(whole.headers["Content-Encoding"].isEmpty && whole.body.count == 5_000)
            let part = try await gzip.get("/api/v1/files/\(file)/audio", [("Range", "bytes=0-2999")])
            #expect(part.status == 206 && part.headers["Content-Encoding"].isEmpty && part.body.count == 3_000)
            #expect(try await gzip.get("/api/v1/settings").headers["Content-Encoding"].isEmpty)
            try await gzip.events("/api/v1/events") { stream async throws in
                #expect(stream.headers["Content-Encoding"].isEmpty)
                #expect(try await stream.next(named: "snapshot") != nil)
            }
            let description = String(repeating: "x", count: 1_900)
            let key = try await gzip.send(
                "POST",
                "/api/v1/api-keys",
                json: #"{"name":"\#(String(repeating: "n", count: 190))","description":"\#(description)"}"#
            )
            #expect(key.status == 201 && key.headers["Content-Encoding"].isEmpty)
        }
    }

    @Test func `a repetition under a key is packed once and says so once`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn().adding("Idempotency-Key", "k")
            let body = #"{"name":"p","description":"\#(String(repeating: "long ", count: 300))"}"#
            let plain = try await client.send("POST", "/api/v1/profiles", json: body)
            let packed = try await client.send("POST", "/api/v1/profiles", json: body, [("Accept-Encoding", "gzip")])
            #expect(packed.headers["Content-Encoding"] == ["gzip"] && packed.headers["Idempotency-Replayed"] == ["true"])
            let again = try await client.send("POST", "/api/v1/profiles", json: body)
            #expect(again.body == plain.body && again.headers["Content-Encoding"].isEmpty)
        }
    }

    @Test(arguments: [
        ("", false), ("gzip", true), ("GZIP", true), ("*", true), ("br", false), ("gzip;q=0", false), ("*;q=0", false),
        ("gzip;q=0, *", false), ("br;q=1.0, gzip; q=0.5", true), ("identity", false), (",;,", false),
    ])
    func `what a client takes is read as RFC 9110 says`(_ header: String, _ accepts: Bool) {
        #expect(acceptsGzip([.acceptEncoding: header]) == accepts)
    }

    /// What zlib makes of the packed bytes.
    private func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        try #require(inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, size) == Z_OK)
        defer { inflateEnd(&stream) }
        var (input, output) = (bytes, [UInt8](repeating: 0, count: 1 << 20))
        let result = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return inflate(&stream, Z_FINISH)
            }
        }
        try #require(result == Z_STREAM_END)
        return Array(output.prefix(Int(stream.total_out)))
    }
}
