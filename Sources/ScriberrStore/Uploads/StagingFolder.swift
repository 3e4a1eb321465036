import Foundation
import Glibc
package import ScriberrCore

/// Where uploads in pieces lie until they are whole: one local file each, whatever keeps the recordings.
package struct StagingFolder: Sendable {
    private let root: String

    /// Uses the folder at `path`, made when missing. Throws `STORAGE_FAILED`.
    package init(path: String) throws {
        root = URL(fileURLWithPath: path).standardizedFileURL.path
        do {
            try FileManager.default.createDirectory(
                atPath: root,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw ScriberrError(.storageFailed, "The folder for unfinished uploads cannot be used.", detail: "\(error)")
        }
    }

    /// Opens an upload's file, made when missing, for this writer alone. Nil while somebody else has it open. How far the upload is must
    /// be asked after this: until then it may move.
    package func open(_ id: UploadID) async throws -> StagedFile? {
        let path = path(of: id)
        return try await FileQueue.shared.run {
            let file = try OpenFile(path: path, flags: O_RDWR | O_CREAT)
            return file.lock() ? StagedFile(file: file) : nil
        }
    }

    /// The file of an upload, for programs that need a path.
    package func path(of id: UploadID) -> String { "\(root)/\(id.text)" }

    /// Removes an upload's file; no error when there is none.
    package func remove(_ id: UploadID) async throws {
        let path = path(of: id)
        try await FileQueue.shared.run {
            guard unlink(path) == 0 || errno == ENOENT else { throw ScriberrError.file("unlink") }
        }
    }

    /// The uploads that have a file.
    package func uploads() async throws -> [UploadID] {
        let root = root
        return try await FileQueue.shared.run {
            try FileManager.default.contentsOfDirectory(atPath: root).compactMap { UploadID($0) }
        }
    }
}

/// The file of an upload, open for this writer alone: the lock goes with ``release()``, with the last reference, or with the process.
package final class StagedFile: Sendable {
    private let file: OpenFile

    init(file: OpenFile) { self.file = file }

    /// Goes on at `offset`; what lies behind it is cut off. Throws `MEDIA_MISSING` when there is less than that.
    package func rewind(to offset: Int64) async throws {
        try await FileQueue.shared.run { [file] in
            guard try file.size() >= offset else { throw ScriberrError.missingRecording }
            try file.rewind(to: offset)
        }
    }

    /// Appends bytes. Throws `STORAGE_FULL` when there is no room.
    package func write(_ bytes: ArraySlice<UInt8>) async throws {
        try await FileQueue.shared.run { [file] in try file.write(bytes) }
    }

    /// Lets others have the file, from now on and not when the last reference happens to go: who is answered may come again at once.
    package func release() { file.unlock() }

    /// Waits until the bytes are on the disk.
    package func sync() async throws {
        try await FileQueue.shared.run { [file] in try file.sync() }
    }
}
