import HTTPTypes
import Hummingbird
import NIOCore
import ScriberrCore

/// The one reader of a request's body. Knows whether all of it was read, and whether what was declared has come.
///
/// Used by one task at a time: the one that handles the request.
final class BodyIntake: @unchecked Sendable {
    // Only the task that handles the request calls it, and it hands over to no other while it waits.
    private var iterator: RequestBody.AsyncIterator?
    private let body: RequestBody
    private let connections: OpenConnections
    private let channel: any Channel
    private var receivedBytes: Int64 = 0
    private var collected: [UInt8]?
    /// Whether nothing of the body is left on the wire.
    private(set) var isDrained: Bool
    /// Whether somebody else watches what is left on the wire; the connection serves no other request then.
    private(set) var isHandedOver = false
    /// The length in `Content-Length`; nil for a chunked body.
    let declaredBytes: Int64?

    init(_ request: Request, _ connections: OpenConnections, _ channel: any Channel) {
        self.connections = connections
        self.channel = channel
        body = request.body
        declaredBytes = request.headers[.contentLength].flatMap(Int64.init)
        isDrained = (declaredBytes ?? 0) == 0 && request.headers[.transferEncoding] == nil
    }

    /// Whether nobody waits for the answer any more.
    var hasClientLeft: Bool { connections.hasLeft(channel) }

    /// Runs `work`, and `action` when the client leaves meanwhile. What it sends meanwhile waits.
    func withLeaveHandler<Value>(
        _ action: @escaping @Sendable () -> Void,
        _ work: () async throws -> Value
    ) async rethrows -> Value {
        try await connections.withLeaveHandler(channel, action, work)
    }

    /// The next piece of the body; nil at its end. Throws ``ConnectionLost`` when the client went away before, and
    /// `SERVICE_UNAVAILABLE` when the server stops and has waited long enough.
    func next() async throws -> ByteBuffer? {
        if isDrained { return nil }
        guard !connections.areGivenUp else {
            throw ScriberrError.stopping
        }
        var iterator = iterator ?? body.makeAsyncIterator()
        let piece: ByteBuffer?
        do {
            piece = try await iterator.next()
        } catch {
            throw ConnectionLost(cause: error)
        }
        self.iterator = iterator
        guard let piece else {
            // The framework reports a closed connection as an end; the declared length tells them apart.
            if let declaredBytes, receivedBytes < declaredBytes { throw ConnectionLost(cause: nil) }
            isDrained = true
            return nil
        }
        receivedBytes += Int64(piece.readableBytes)
        return piece
    }

    /// Runs `work` on the connection's own thread, where the bytes of the body have just come and are at hand. It must neither take
    /// long at a time nor wait for anything but the next bytes and room for them.
    func besideConnection<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(ConnectionExecutor(channel.eventLoop), operation: work)
    }

    /// Leaves what is on the wire to a watcher of the connection. The end of the body must not have been read: the framework's
    /// watcher waits for it, and a client that leaves without it ends the process.
    func handOver() {
        precondition(!isHandedOver, "The wire is watched once.")
        isHandedOver = true
    }

    /// The whole body, kept for whoever asks again. Throws `PAYLOAD_TOO_LARGE` as soon as more than `limit` bytes are declared
    /// or sent.
    func collect(upTo limit: Int) async throws -> [UInt8] {
        if let collected { return collected }
        if let declaredBytes, declaredBytes > Int64(limit) { throw Self.tooLarge }
        var bytes: [UInt8] = []
        while let piece = try await next() {
            guard bytes.count + piece.readableBytes <= limit else { throw Self.tooLarge }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        collected = bytes
        return bytes
    }

    /// Whether so little is left that reading it costs less than a new connection.
    var isWorthReading: Bool {
        if isHandedOver { return false }
        if isDrained { return true }
        guard let declaredBytes else { return false }
        return declaredBytes - receivedBytes <= 256 * 1_024
    }

    private static let tooLarge = ScriberrError(.payloadTooLarge, "The request body is larger than allowed.")
}

extension ScriberrError {
    /// The server has waited for the rest of a body for long enough.
    static let stopping = ScriberrError(.serviceUnavailable, "The server is stopping. Send this again in a moment.")
}

/// The client went away in the middle of its request, or broke the protocol; there is no one left to answer.
struct ConnectionLost: Error {
    let cause: (any Error)?
}
