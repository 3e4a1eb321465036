package import Foundation

/// The longest line that either side writes or accepts, its line feed included.
package let wireLineBytesMax = 16 * 1_024 * 1_024

/// One message as a line: JSON without line feeds, then one line feed.
///
/// Throws ``WireError/tooLong(bytesMax:)``, and `EncodingError` for a message that holds a number that is not finite.
package func wireLine(_ message: some Encodable, bytesMax: Int = wireLineBytesMax) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    var line = try encoder.encode(message)
    line.append(lineFeed)
    guard line.count <= bytesMax else { throw WireError.tooLong(bytesMax: bytesMax) }
    return line
}

/// Cuts a stream of bytes into messages. Chunks may end anywhere, in the middle of a character too.
///
/// It never holds more than one unfinished line and the chunk that was appended last. Once it has thrown it throws
/// the same again: what follows a broken line has no meaning.
package struct WireLineReader<Message: Decodable & Sendable>: Sendable {
    private let bytesMax: Int
    private var buffer = Data()
    /// Where the next line starts in `buffer`.
    private var start = 0
    /// Up to where `buffer` is known to hold no line feed.
    private var searched = 0
    private var failure: WireError?

    package init(bytesMax: Int = wireLineBytesMax) {
        self.bytesMax = bytesMax
    }

    /// Takes the next bytes of the stream. Call ``next()`` until it returns nil before the next chunk.
    package mutating func append(_ chunk: some Sequence<UInt8>) {
        buffer.removeSubrange(0..<start)
        searched -= start
        start = 0
        buffer.append(contentsOf: chunk)
    }

    /// The next whole message, nil when more bytes are needed.
    package mutating func next() throws(WireError) -> Message? {
        if let failure { throw failure }
        guard let end = buffer[searched...].firstIndex(of: lineFeed) else {
            searched = buffer.count
            guard buffer.count - start < bytesMax else { throw broken(.tooLong(bytesMax: bytesMax)) }
            return nil
        }
        let line = buffer[start..<end]
        start = end + 1
        searched = start
        guard line.count < bytesMax else { throw broken(.tooLong(bytesMax: bytesMax)) }
        // Foundation's error quotes the line; its content belongs in no log.
        guard let message = try? JSONDecoder().decode(Message.self, from: line) else {
            throw broken(.malformed(bytes: line.count))
        }
        return message
    }

    /// Call it when the stream has ended. Throws when a line is left unfinished.
    package func finish() throws(WireError) {
        if let failure { throw failure }
        guard start == buffer.count else { throw .truncated(bytes: buffer.count - start) }
    }

    private mutating func broken(_ error: WireError) -> WireError {
        failure = error
        buffer = Data()
        start = 0
        searched = 0
        return error
    }
}

extension EngineEvent {
    /// Checks the first event of a host: it must be ``ready(wireVersion:processID:engines:)`` in our version.
    package func requireReady() throws(WireError) -> [EngineReport] {
        guard case .ready(let version, _, let engines) = self else {
            throw .wrongVersion(found: nil, wanted: engineWireVersion)
        }
        guard version == engineWireVersion else { throw .wrongVersion(found: version, wanted: engineWireVersion) }
        return engines
    }

    /// The code of ``failed(order:code:message:detail:)`` for an order that ended because it was told to.
    package static var canceledCode: String { "CANCELED" }
}

private let lineFeed = UInt8(ascii: "\n")
