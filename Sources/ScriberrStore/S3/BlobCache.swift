import Foundation
import Glibc
import ScriberrCore

/// Local copies of blobs that lie elsewhere, in a folder of bounded size: the least recently used go first, and none that is held.
///
/// Whoever uses a copy holds a shared lock on its file, which works across processes and ends with them.
final class BlobCache: Sendable {
    private let root: String
    private let bytesMax: Int64

    /// Uses the folder at `path`, made when missing. Throws `STORAGE_FAILED`.
    init(path: String, bytesMax: Int64) throws {
        root = URL(fileURLWithPath: path).standardizedFileURL.path
        self.bytesMax = bytesMax
        do {
            try FileManager.default.createDirectory(
                atPath: root + "/.incoming",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw ScriberrError(.storageFailed, "The folder for local copies cannot be used.", detail: "\(error)")
        }
    }

    /// Starts a copy; it can be held once the writer has committed.
    func create(_ key: String) async throws -> FolderBlobWriter {
        let incoming = "\(root)/.incoming/\(key)_\(hexadecimal((0..<8).map { _ in UInt8.random(in: 0...255) }))"
        let final = path(of: key)
        return try await FileQueue.shared.run { try FolderBlobWriter(incoming: incoming, final: final) }
    }

    /// The copy, if there is one, kept for as long as the answer lives.
    func hold(_ key: String) async throws -> LocalCopy? {
        let path = path(of: key)
        return try await FileQueue.shared.run {
            let file: OpenFile
            do {
                file = try OpenFile(path: path, flags: O_RDONLY)
            } catch let error as ScriberrError where error.code == .mediaMissing {
                return nil
            }
            guard file.share() else { return nil }
            // It may have been cleared away between opening and locking.
            guard file.isStillAt(path) else { return nil }
            file.touch()
            return LocalCopy(path: path, hold: file)
        }
    }

    func remove(_ key: String) async throws {
        let path = path(of: key)
        try await FileQueue.shared.run {
            guard unlink(path) == 0 || errno == ENOENT else { throw ScriberrError.file("unlink") }
        }
    }

    /// Removes the least recently used copies until the rest fits.
    func trim() async throws {
        let (root, bytesMax) = (root, bytesMax)
        try await FileQueue.shared.run {
            let copies = try Self.copies(below: root)
            var total = copies.reduce(0) { $0 + $1.bytes }
            for copy in copies.sorted(by: { $0.used < $1.used }) where total > bytesMax {
                if try Self.removeUnlessHeld(copy.path) { total -= copy.bytes }
            }
        }
    }

    /// Removes what writers of dead processes left.
    func removeLeftovers() async throws {
        let folder = root + "/.incoming"
        try await FileQueue.shared.run {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FolderBlobWriter.removeIfAbandoned("\(folder)/\(name)")
            }
        }
    }

    private func path(of key: String) -> String { "\(root)/\(key.suffix(2))/\(key)" }

    private struct Copy {
        let path: String
        let bytes: Int64
        /// Nanoseconds since 1970.
        let used: Int64
    }

    private static func copies(below root: String) throws -> [Copy] {
        let manager = FileManager.default
        let folders = try manager.contentsOfDirectory(atPath: root).filter { $0 != ".incoming" }
        return try folders.flatMap { folder in
            try manager.contentsOfDirectory(atPath: "\(root)/\(folder)").compactMap { name in
                let path = "\(root)/\(folder)/\(name)"
                var status = stat()
                guard stat(path, &status) == 0 else { return nil }
                let used = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
                return Copy(path: path, bytes: Int64(status.st_size), used: used)
            }
        }
    }

    private static func removeUnlessHeld(_ path: String) throws -> Bool {
        let file: OpenFile
        do {
            file = try OpenFile(path: path, flags: O_RDONLY)
        } catch let error as ScriberrError where error.code == .mediaMissing {
            return true
        }
        guard file.lock() else { return false }
        guard unlink(path) == 0 || errno == ENOENT else { throw ScriberrError.file("unlink") }
        return true
    }
}

extension OpenFile {
    /// Takes a lock that others can share, unless somebody is about to remove the file.
    func share() -> Bool { flock(descriptor, LOCK_SH | LOCK_NB) == 0 }

    /// Whether `path` still names this file.
    func isStillAt(_ path: String) -> Bool {
        var (mine, named) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino
            && mine.st_dev == named.st_dev
    }

    /// Notes that the file is in use.
    func touch() {
        // A copy whose time cannot be set is cleared away sooner, and fetched again.
        _ = futimens(descriptor, nil)
    }
}
