import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import ScriberrServer
import ScriberrTestSupport
import Testing

/// Recordings that are longer than what is sent in one go.
@Suite struct Sending {
    @Test func `a long recording comes as it is, whole, in a range and in parts`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let recording = TestForm.recording(3_000_001)
            let path = "/api/v1/files/\(try await client.upload(recording))/audio"
            #expect(try await client.get(path).body == recording)
            let range = try await client.get(path, [("Range", "bytes=1-2999999")])
            #expect(range.status == 206)
            #expect(range.body == Array(recording[1...2_999_999]))
            let parts = try await client.get(path, [("Range", "bytes=0-1048576,1500000-")])
            #expect(parts.status == 206)
            #expect(parts.headers.first(name: "Content-Length") == String(parts.body.count))
            for part in [recording[...1_048_576], recording[1_500_000...]] { #expect(parts.body.contains(part)) }
            // The connection serves the next request.
            #expect(try await client.get(path, [("Range", "bytes=5-6")]).body == Array(recording[5...6]))
        }
    }

    @Test func `a client that takes its time gets all of it, however long that is`() async throws {
        try await ServerWorld.run(configure: { $0.writeTimeout = .seconds(10) }) { world async throws in
            let client = try await world.signedIn()
            let recording = Array("RIFF".utf8) + [UInt8](repeating: 1, count: 24_000_000)
            let file = try await client.upload(recording)
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(
                    "GET /api/v1/files/\(file)/audio HTTP/1.1\r\nHost: x\r\nAuthorization: \(client.headers[0].1)\r\n"
                        + "Connection: close\r\n\r\n"
                )
                // Slower in all than the server waits for one piece, which it counts anew with each.
                var (count, pause) = (0, 1_000_000)
                while let bytes = try await connection.next() {
                    count += bytes.readableBytes
                    guard count > pause else { continue }
                    pause += 1_000_000
                    try await Task.sleep(for: .milliseconds(500))
                }
                #expect(count > recording.count)
            }
        }
    }

    @Test func `a recording that was cut short on the disk breaks the connection`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload(TestForm.recording(2_000_000))
            let names = try FileManager.default.subpathsOfDirectory(atPath: world.folder + "/blobs")
            let path = try #require(names.first { $0.contains("/") && !$0.hasPrefix(".") })
            #expect(truncate("\(world.folder)/blobs/\(path)", 1_000_000) == 0)
            await #expect(throws: (any Error).self) { try await client.get("/api/v1/files/\(file)/audio") }
            #expect(await eventually { world.log.text.contains("MEDIA_MISSING") })
        }
    }
}

extension Array<UInt8> {
    /// Whether `part` lies in it somewhere.
    fileprivate func contains(_ part: ArraySlice<UInt8>) -> Bool {
        withUnsafeBytes { whole in
            part.withUnsafeBytes { part in
                guard let first = part.first, let start = part.baseAddress else { return true }
                var from = 0
                while from + part.count <= whole.count, let base = whole.baseAddress {
                    guard let hit = memchr(base + from, Int32(first), whole.count - part.count - from + 1) else { return false }
                    from = UnsafeRawPointer(hit) - base
                    if memcmp(base + from, start, part.count) == 0 { return true }
                    from += 1
                }
                return false
            }
        }
    }
}
