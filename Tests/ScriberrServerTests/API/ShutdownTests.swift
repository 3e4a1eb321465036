import Foundation
import ScriberrServer
import ScriberrTestSupport
import Testing

/// A server that is asked to stop while a recording is on its way to it.
@Suite(.timeLimit(.minutes(15))) struct ShutdownTests {
    private let form = TestForm().file(TestForm.recording(100_000))

    @Test func `an upload that stands still is cut off when the server stops, and leaves nothing behind`() async throws {
        try await withTemporaryFolder { storage in
            try await stopping(storage, drain: .milliseconds(200)) { world, connection async throws in
                await world.stop()
                // A connection that says nothing may stay for an hour here: only the stop can end it.
                #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 503 "))
                #expect(connection.received.contains("SERVICE_UNAVAILABLE"))
            }
            #expect(try stored(storage) == [])
        }
    }

    @Test func `an upload that ends soon is stored although the server stops`() async throws {
        try await withTemporaryFolder { storage in
            try await stopping(storage, drain: .seconds(600)) { world, connection async throws in
                await world.stop()
                try await connection.send(Array(form.bytes.dropFirst(50_000)))
                #expect(try await connection.read(until: "HTTP/1.1 201"))
            }
            #expect(try stored(storage).count == 1)
        }
    }

    /// Runs a server and sends it the first half of an upload; `body` stops it.
    private func stopping(
        _ storage: String,
        drain: Duration,
        _ body: (ServerWorld, inout RawConnection) async throws -> Void
    ) async throws {
        try await ServerWorld.run(storage: storage, configure: { ($0.drainTimeout, $0.readTimeout) = (drain, .seconds(3_600)) }) {
            world async throws in
            let token = try await world.register().tokens["access_token"] ?? ""
            let head =
                "POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: \(form.contentType)\r\nContent-Length: \(form.bytes.count)\r\n\r\n"
            try await RawConnection.open(port: world.port) { connection async throws in
                try await connection.send(Array(head.utf8) + form.bytes.prefix(50_000))
                #expect(await eventually { (try? stored(storage).isEmpty) == false })
                try await body(world, &connection)
            }
        }
    }

    /// The recordings in a folder, unfinished ones too.
    private func stored(_ storage: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: storage).filter { $0.contains("file_") }
    }
}
