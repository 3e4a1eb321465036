import Foundation
import Glibc
package import ScriberrCore

/// Blobs as files of a folder that belongs to us alone.
///
/// A blob that is being written lies in `.incoming` under a lock of its writer, on the same file system, and takes its name
/// in one step. Files are readable by the owner of the process only.
///
/// `.incoming` is also how the folder is known: where it is not, a disk is not mounted or the folder was moved, and nothing is known
/// about any blob.
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
        let (root, path) = (root, path(of: key))
        return try await FileQueue.shared.run {
            var status = stat()
            guard stat(path, &status) == 0 else {
                guard errno == ENOENT else { throw ScriberrError.file("stat") }
                try Self.checkIsThere(root)
                return nil
            }
            return Int64(status.st_size)
        }
    }

    package func read(
        _ key: String,
        range: Range<Int64>,
        body: (ArraySlice<UInt8>) async throws -> Void
    ) async throws {
        let file = try await openFile(key)
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
        let (root, path) = (root, path(of: key))
        try await FileQueue.shared.run {
            if unlink(path) == 0 { return }
            guard errno == ENOENT else { throw ScriberrError.file("unlink") }
            try Self.checkIsThere(root)
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

    /// Opens a blob for reading. Throws `MEDIA_MISSING`, and `STORAGE_FAILED` while the whole folder is away.
    func openFile(_ key: String) async throws -> OpenFile {
        let (root, path) = (root, path(of: key))
        return try await FileQueue.shared.run {
            do {
                return try OpenFile(path: path, flags: O_RDONLY)
            } catch let error as ScriberrError where error.code == .mediaMissing {
                try Self.checkIsThere(root)
                throw error
            }
        }
    }

    /// Throws `STORAGE_FAILED` while the folder is away.
    private static func checkIsThere(_ root: String) throws {
        var status = stat()
        guard stat(root + "/.incoming", &status) != 0 else { return }
        throw ScriberrError(.storageFailed, "The folder of recordings is away.", detail: "stat of .incoming: errno \(errno)")
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
