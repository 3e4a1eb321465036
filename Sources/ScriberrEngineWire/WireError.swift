/// What can be wrong with the talk between server and engine host. After any of these the other side cannot be
/// trusted any more: its process is ended.
package enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A line is not a message. Carries its length in bytes, never its content.
    case malformed(bytes: Int)
    /// A line is longer than ``wireLineBytesMax``.
    case tooLong(bytesMax: Int)
    /// The stream ended in the middle of a line.
    case truncated(bytes: Int)
    /// The other side speaks another version, or did not say which.
    case wrongVersion(found: Int?, wanted: Int)

    package var description: String {
        switch self {
        case .malformed(let bytes): "a line of \(bytes) bytes is not a message"
        case .tooLong(let bytesMax): "a line is longer than \(bytesMax) bytes"
        case .truncated(let bytes): "the stream ended after \(bytes) bytes of a line"
        case .wrongVersion(let found, let wanted):
            "the other side speaks version \(found.map(String.init) ?? "unknown") instead of \(wanted)"
        }
    }
}
