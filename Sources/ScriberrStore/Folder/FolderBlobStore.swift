import Foundation
import Glibc
package import ScriberrCore

/// Blobs as files of a folder that belongs to us alone.
///
/// A blob that is being written lies in `.incoming` under a lock of its writer, on the same file system, and takes its name
/// in one step. Files are readable by the owner of the process only.
package struct FolderBlobStore: BlobStore {
    private let root: String
    private static let chunkBytes: Int64 = 256 << 10

    /// Uses the folder at `path`, made when missing. Throws `STORAGE_FAILED`.
    ///
    /// A relative path is taken from the present working folder once and for all: local paths go to child processes, which
    /// work elsewhere.
    package init(path: String) throws {
        root = URL(fileURLWithPath: path).standardizedFileURL.path
        let path = root
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/.incoming",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw ScriberrError(.storageFailed, "The folder for recordings cannot be used.", detail: "\(error)")
        }
    }

    package func create(_ key: String) async throws -> any BlobWriter {
        let (incoming, final) = ("\(root)/.incoming/\(Self.checked(key))", path(of: key))
        return try await FileQueue.shared.run {
            // A process that was killed may have left one of the same key: a move that goes on begins it anew.
            try FolderBlobWriter.removeIfAbandoned(incoming)
            return try FolderBlobWriter(incoming: incoming, final: final)
        }
    }

    package func size(of key: String) async throws -> Int64? {
        let path = path(of: key)
        return try await FileQueue.shared.run {
            var status = stat()
            guard stat(path, &status) == 0 else {
                if errno == ENOENT { return nil }
                throw ScriberrError.file("stat")
            }
            return Int64(status.st_size)
        }
    }

    package func read(
        _ key: String,
        range: Range<Int64>,
        body: (ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        let path = path(of: key)
        let file = try await FileQueue.shared.run { try OpenFile(path: path, flags: O_RDONLY) }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let (start, count) = (offset, Int(min(Self.chunkBytes, range.upperBound - offset)))
            let bytes = try await FileQueue.shared.run { try file.read(count, at: start) }
            guard !bytes.isEmpty else {
                throw ScriberrError(.mediaMissing, "The recording is shorter than expected.", detail: "end at \(start)")
            }
            try await body(bytes[...])
            offset += Int64(bytes.count)
        }
    }

    package func localCopy(of key: String, onBytes: @Sendable () -> Void) async throws -> LocalCopy {
        guard try await size(of: key) != nil else { throw ScriberrError.missingRecording }
        return LocalCopy(path: path(of: key))
    }

    package func remove(_ key: String) async throws {
        let path = path(of: key)
        try await FileQueue.shared.run {
            guard unlink(path) == 0 || errno == ENOENT else { throw ScriberrError.file("unlink") }
        }
    }

    package func removeLeftovers() async throws {
        let folder = root + "/.incoming"
        try await FileQueue.shared.run {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FolderBlobWriter.removeIfAbandoned("\(folder)/\(name)")
            }
        }
    }

    /// Two characters of the random end spread the blobs over folders.
    func path(of key: String) -> String { "\(root)/\(Self.checked(key).suffix(2))/\(key)" }

    private static func checked(_ key: String) -> String {
        let isOurs = key.utf8.count > 2 && key.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "_") }
        precondition(isOurs, "A blob's key is made by us, of letters, digits and underscores.")
        return key
    }
}

extension UInt8 {
    fileprivate var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
