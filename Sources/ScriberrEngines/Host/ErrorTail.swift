import Synchronization

/// The last bytes that a child wrote on its standard error.
final class ErrorTail: Sendable {
    static let bytesMax = 8_192

    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) {
        bytes.withLock { bytes in
            bytes.append(contentsOf: more)
            if bytes.count > Self.bytesMax { bytes.removeFirst(bytes.count - Self.bytesMax) }
        }
    }

    /// What is kept, with unreadable bytes replaced.
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
