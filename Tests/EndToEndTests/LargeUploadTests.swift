import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// What a large recording costs the server while it comes in.
@Suite(.serialized)
struct LargeUploadTests {
    private static let megabytes = 300

    @Test(.timeLimit(.minutes(15)))
    func `a large recording is written once, and no memory grows with it`() async throws {
        try await withServer { server, client in
            let before = try Cost(of: server)
            let answer = try await upload(client)
            let after = try Cost(of: server)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.json["size_bytes"] as? Int == Self.megabytes << 20)
            let (memory, written) = (after.peakMemoryBytes - before.peakMemoryBytes, after.writtenBytes - before.writtenBytes)
            print("large upload: \(Self.megabytes) MiB cost \(memory >> 20) MiB of memory, \(written >> 20) MiB written")
            #expect(memory < 64 << 20)
            #expect(written < (Self.megabytes << 20) * 5 / 4)
            #expect(try filesBelow(server.folder + "/data/uploads").filter { !$0.hasSuffix("/") }.count == 1)
        }
    }

    /// Sends silence of that length, a megabyte at a time and without a length.
    private func upload(_ client: APIClient) async throws -> APIClient.Answer {
        let head =
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"long.wav\"\r\nContent-Type: audio/wav\r\n\r\n"
        let size = UInt32(Self.megabytes << 20)
        let pieces = AsyncStream<ByteBuffer> { stream in
            stream.yield(ByteBuffer(string: head))
            stream.yield(ByteBuffer(bytes: Self.header(of: size) + [UInt8](repeating: 0, count: (1 << 20) - 44)))
            let silence = ByteBuffer(repeating: 0, count: 1 << 20)
            for _ in 1..<Self.megabytes { stream.yield(silence) }
            stream.yield(ByteBuffer(string: "\r\n--b--\r\n"))
            stream.finish()
        }
        var request = HTTPClientRequest(url: client.base.appendingPathComponent("api/v1/files").absoluteString)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(client.token ?? "")")
        request.headers.add(name: "Content-Type", value: "multipart/form-data; boundary=b")
        request.body = .stream(pieces, length: .unknown)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        let bytes = try await response.body.collect(upTo: 1 << 20)
        return APIClient.Answer(status: Int(response.status.code), headers: [:], body: Data(bytes.readableBytesView))
    }

    /// The head of a WAV file of this size: one channel, 16,000 samples of two bytes a second.
    private static func header(of bytes: UInt32) -> [UInt8] {
        func four(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        let format = four(16) + [1, 0, 1, 0] + four(16_000) + four(32_000) + [2, 0, 16, 0]
        return Array("RIFF".utf8) + four(bytes - 8) + Array("WAVEfmt ".utf8) + format + Array("data".utf8) + four(bytes - 44)
    }
}

/// What a process has used so far.
private struct Cost {
    let peakMemoryBytes: Int
    let writtenBytes: Int

    init(of server: ServerProcess) throws {
        let process = try #require(server.processID)
        func number(_ file: String, _ name: String) throws -> Int {
            let lines = try String(contentsOfFile: "/proc/\(process)/\(file)", encoding: .utf8).split(separator: "\n")
            let line = try #require(lines.first { $0.hasPrefix(name + ":") })
            return try #require(Int(line.filter(\.isNumber)))
        }
        peakMemoryBytes = try number("status", "VmHWM") << 10
        writtenBytes = try number("io", "wchar")
    }
}
