import Foundation
import NIOCore
import NIOPosix

/// A bare connection, for requests that no client library would send.
struct RawConnection {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var received = ""

    /// Connects and hands the connection to `body`; it is closed afterwards, whatever was left unsaid. The system keeps at most
    /// twice `roomBytes` of what nobody reads; without them as much as it likes, on some machines tens of megabytes.
    static func open<Value: Sendable>(
        port: Int,
        roomBytes: Int? = nil,
        _ body: (inout RawConnection) async throws -> Value
    ) async throws -> Value {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let roomBytes { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: roomBytes) }
        let channel =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&connection)
        }
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// Reads until `text` has come or the connection ends; answers whether it has.
    mutating func read(until text: String) async throws -> Bool {
        while !received.contains(text) {
            guard let piece = try await inbound.next() else { return false }
            received += String(buffer: piece)
        }
        return true
    }

    /// The bytes that come next, which are not kept; nil at the end.
    mutating func next() async throws -> ByteBuffer? { try await inbound.next() }

    /// Reads until the server closes.
    mutating func readToEnd() async throws -> String {
        while let piece = try await inbound.next() { received += String(buffer: piece) }
        return received
    }

    /// Reads until the server closes, while `text` goes out fifty times a second.
    mutating func readToEnd(dripping text: String) async throws -> String {
        let outbound = outbound
        let drip = Task {
            while true {
                try await outbound.write(ByteBuffer(string: text))
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        defer { drip.cancel() }
        do {
            return try await readToEnd()
        } catch let error as IOError where error.errnoCode == ECONNRESET {
            // What is sent to a connection that was closed resets it, which may be heard before the end.
            return received
        }
    }
}
