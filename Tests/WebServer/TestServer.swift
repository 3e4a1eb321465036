import Foundation
package import NIOCore
import NIOPosix

/// A real HTTP server on a port of its own that says whatever a test wants, byte by byte.
package struct TestServer: Sendable {
    package let port: Int

    package var baseURL: String { "http://127.0.0.1:\(port)" }

    package struct Request: Sendable {
        package var method: String
        package var path: String
        /// By lower-case name.
        package var headers: [String: String]
        package var body: [UInt8]
    }

    /// The server's side of one connection. It is closed when the handler returns.
    package struct Answer: Sendable {
        package let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

        package func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }
        package func send(_ bytes: some Sequence<UInt8> & Sendable) async throws {
            try await outbound.write(ByteBuffer(bytes: bytes))
        }

        package func head(_ status: String, _ headers: [(String, String)] = []) async throws {
            let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
            try await send("HTTP/1.1 \(status)\r\nconnection: close\r\n\(lines)\r\n")
        }

        /// A whole answer with its true length.
        package func whole(_ body: [UInt8], _ headers: [(String, String)] = [], status: String = "200 OK") async throws {
            try await head(status, headers + [("content-length", "\(body.count)")])
            if !body.isEmpty { try await send(body) }
        }

        /// Says nothing more until the test ends.
        package func stall() async throws { try await Task.sleep(for: .seconds(36_000)) }
    }

    /// Serves each connection with `answer` while `body` runs.
    package static func serving(
        _ answer: @escaping @Sendable (Request, Answer) async throws -> Void,
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        let server = TestServer(port: listener.channel.localAddress?.port ?? 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingDiscardingTaskGroup { connections in
                    try await listener.executeThenClose { inbound in
                        for try await connection in inbound {
                            // A client that goes away in the middle is the test's intention.
                            connections.addTask { try? await serve(connection, answer) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            try await body(server)
        }
    }

    private static func serve(
        _ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ answer: @Sendable (Request, Answer) async throws -> Void
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var bytes: [UInt8] = []
            var buffers = inbound.makeAsyncIterator()
            while let buffer = try await buffers.next() {
                bytes += buffer.readableBytesView
                guard let request = parse(bytes) else { continue }
                try await answer(request, Answer(outbound: outbound))
                break
            }
            // What was sent goes out first; then the client closes its side.
            outbound.finish()
            while try await buffers.next() != nil {}
        }
    }

    /// The request, once it is there with its whole body.
    private static func parse(_ bytes: [UInt8]) -> Request? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1)
            headers[halves[0].lowercased()] = halves.count > 1 ? halves[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let bodyStart = text[..<end.upperBound].utf8.count
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard bytes.count >= bodyStart + length else { return nil }
        return Request(method: words[0], path: words[1], headers: headers, body: Array(bytes[bodyStart...]))
    }
}
