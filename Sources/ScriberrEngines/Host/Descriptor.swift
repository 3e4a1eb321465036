import Glibc
import ScriberrCore

/// A file descriptor that is closed when the last one who uses it lets go, so that no thread ever reads a number that was
/// given to somebody else meanwhile.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Two connected stream sockets that no other child inherits.
    ///
    /// Sockets rather than pipes, because `socketpair` can mark both ends close-on-exec in one step and `send` can be told
    /// not to raise SIGPIPE.
    static func pair() throws -> (ours: Descriptor, childs: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ScriberrError(
                .engineUnavailable,
                "The speech engine could not be started.",
                disposition: .transient,
                detail: "socketpair: errno \(errno)"
            )
        }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Reads up to `size` bytes and waits for the first; nil at the end or when nothing can be read any more.
    func readSome(_ size: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var result = read(number, buffer.baseAddress, size)
            while result < 0 && errno == EINTR { result = read(number, buffer.baseAddress, size) }
            count = max(0, result)
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Sends all bytes and waits while the other side does not read; false when it is gone.
    func sendAll(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes { buffer in
                send(number, buffer.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if result < 0 && errno == EINTR { continue }
            guard result > 0 else { return false }
            sent += result
        }
        return true
    }

    /// Tells the other side that nothing more will be sent.
    func endSending() { shutdown(number, Int32(SHUT_WR)) }
}
