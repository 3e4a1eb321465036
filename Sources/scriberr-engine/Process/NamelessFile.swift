import Foundation
import ScriberrCore

/// A file for a library that reads what it is told by path. It has no name, so that nothing of it is left behind, however this
/// process ends.
final class NamelessFile: Sendable {
    private let descriptor: CInt

    /// Where this process finds the file for as long as the object lives.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// Makes a file that holds `text`.
    init(_ text: String) throws {
        var name = Array((FileManager.default.temporaryDirectory.path + "/scriberr-XXXXXX").utf8CString)
        let made = mkstemp(&name)
        guard made >= 0 else { throw Self.failure() }
        unlink(name)
        descriptor = made
        // A child of this process has no use for it.
        _ = fcntl(made, F_SETFD, FD_CLOEXEC)
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(made, $0.baseAddress, $0.count) }
            guard count > 0 else {
                close(made)
                throw Self.failure()
            }
            bytes = bytes.dropFirst(count)
        }
    }

    deinit { close(descriptor) }

    private static func failure() -> ScriberrError {
        ScriberrError(.storageFailed, "A temporary file could not be written.", detail: "errno \(errno)")
    }
}
