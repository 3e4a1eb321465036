import Foundation
import Glibc
package import ScriberrCore
import Synchronization

/// A local file that becomes a blob by a second name: nothing is copied where both lie on one file system, and after a crash
/// the file is still where it was.
final class LinkedBlobWriter: BlobWriter {
    private struct State {
        var receipt: BlobReceipt?
        var isCommitted = false
    }

    private let source: String
    private let final: String
    private let state = Mutex(State())

    init(source: String, final: String) {
        self.source = source
        self.final = final
    }

    func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
        throw ScriberrError(.internalError, "The upload has already ended.")
    }

    func finishedLocalPath() async throws -> String {
        state.withLock { $0.isCommitted } ? final : source
    }

    func finish() async throws -> BlobReceipt {
        if let receipt = state.withLock({ $0.receipt }) { return receipt }
        var sizeBytes: Int64 = 0
        let hash = ContentHash()
        try await copyFile(source) { bytes in
            hash.update(bytes[...])
            sizeBytes += Int64(bytes.count)
        }
        let receipt = BlobReceipt(sizeBytes: sizeBytes, contentHash: hash.text)
        state.withLock { $0.receipt = receipt }
        return receipt
    }

    func commit() async throws -> BlobReceipt {
        let receipt = try await finish()
        try await FileQueue.shared.run { [source, final] in
            let folder = String(final[..<(final.lastIndex(of: "/") ?? final.endIndex)])
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw ScriberrError.file("mkdir") }
            if link(source, final) != 0 {
                // Another file system, or one without hard links.
                guard [EXDEV, EPERM, EOPNOTSUPP, EMLINK, ENOSYS].contains(errno) else { throw ScriberrError.file("link") }
                try Self.copy(source, to: final)
            }
            try OpenFile(path: final, flags: O_RDONLY).sync()
            try OpenFile(path: folder, flags: O_RDONLY | O_DIRECTORY).sync()
        }
        state.withLock { $0.isCommitted = true }
        return receipt
    }

    /// The source belongs to whoever staged it.
    func abort() async {}

    private static func copy(_ source: String, to final: String) throws {
        let partial = final + ".part"
        unlink(partial)
        do {
            try FileManager.default.copyItem(atPath: source, toPath: partial)
        } catch {
            let noRoom = (error as? CocoaError)?.code == .fileWriteOutOfSpace
            unlink(partial)
            throw ScriberrError(noRoom ? .storageFull : .storageFailed, "The upload could not be stored.", detail: "\(error)")
        }
        guard rename(partial, final) == 0 else { throw ScriberrError.file("rename") }
    }
}

extension FolderBlobStore: LocalFileTaker {
    package func writer(taking path: String, as key: String) async throws -> any BlobWriter {
        LinkedBlobWriter(source: path, final: self.path(of: key))
    }
}
