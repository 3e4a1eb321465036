import Crypto
import Foundation
import ScriberrCore

/// Length and SHA-256 of a file.
struct FileHash: Hashable, Codable, Sendable {
    var sizeBytes: Int64
    /// 64 hexadecimal digits.
    var sha256: String

    /// Reads the whole file; looks for a cancellation on the way and lets others work in between.
    init(of path: String) async throws {
        guard let file = FileHandle(forReadingAtPath: path) else { throw storageError(ENOENT, "open \(path)") }
        defer { try? file.close() }
        var hash = SHA256()
        var size: Int64 = 0
        while let bytes = try file.read(upToCount: 1 << 20), !bytes.isEmpty {
            try Task.checkCancellation()
            hash.update(data: bytes)
            size += Int64(bytes.count)
            await Task.yield()
        }
        sizeBytes = size
        sha256 = hexadecimal(hash.finalize())
    }
}
