import Glibc
import ScriberrCore
import Synchronization

/// A file in `.incoming` that takes its place once it is whole. Calls come one after the other.
final class FolderBlobWriter: BlobWriter {
    private struct State {
        /// Nil once the blob has its place or was thrown away.
        var file: OpenFile?
        var sizeBytes: Int64 = 0
        var receipt: BlobReceipt?
        var isCommitted = false
    }

    private let incoming: String
    private let final: String
    private let press: BlobPress
    private let state: Mutex<State>

    init(incoming: String, final: String) throws {
        self.incoming = incoming
        self.final = final
        let file = try OpenFile(path: incoming, flags: O_WRONLY | O_CREAT | O_EXCL)
        guard file.lock() else { throw ScriberrError.file("flock") }
        press = BlobPress(file)
        state = Mutex(State(file: file))
    }

    deinit { discard() }

    func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
        try state.withLock { state in
            guard state.file != nil, state.receipt == nil else { throw ScriberrError.closedUpload }
            state.sizeBytes += Int64(bytes.count)
        }
        try await press.take(bytes)
    }

    func finishedLocalPath() async throws -> String {
        if state.withLock({ $0.isCommitted }) { return final }
        try await press.settle()
        return incoming
    }

    func finish() async throws -> BlobReceipt {
        if let receipt = state.withLock({ $0.receipt }) { return receipt }
        let hash = try await press.end()
        return try state.withLock { state in
            guard state.file != nil else { throw ScriberrError.closedUpload }
            let receipt = state.receipt ?? BlobReceipt(sizeBytes: state.sizeBytes, contentHash: hash)
            state.receipt = receipt
            return receipt
        }
    }

    func commit() async throws -> BlobReceipt {
        let receipt = try await finish()
        if state.withLock({ $0.isCommitted }) { return receipt }
        try await press.makeDurable()
        return try await FileQueue.shared.run { [self] in
            try state.withLock { state in
                if state.isCommitted { return receipt }
                guard state.file != nil else { throw ScriberrError.closedUpload }
                try place()
                state.isCommitted = true
                state.file = nil
                return receipt
            }
        }
    }

    func abort() async {
        discard()
    }

    /// Removes what a dead process left, unless its writer lives.
    static func removeIfAbandoned(_ path: String) throws {
        let file: OpenFile
        do {
            file = try OpenFile(path: path, flags: O_WRONLY)
        } catch let error as ScriberrError where error.code == .mediaMissing {
            return
        }
        guard file.lock() else { return }
        guard unlink(path) == 0 || errno == ENOENT else { throw ScriberrError.file("unlink") }
    }

    /// Gives the file its name, durably.
    private func place() throws {
        let folder = String(final[..<(final.lastIndex(of: "/") ?? final.endIndex)])
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw ScriberrError.file("mkdir") }
        guard rename(incoming, final) == 0 else { throw ScriberrError.file("rename") }
        try OpenFile(path: folder, flags: O_RDONLY | O_DIRECTORY).sync()
    }

    private func discard() {
        state.withLock { state in
            guard !state.isCommitted, state.file != nil else { return }
            press.abandon()
            // A file that cannot be removed now is removed at the next start.
            unlink(incoming)
            state.file = nil
        }
    }
}

extension ScriberrError {
    fileprivate static let closedUpload = ScriberrError(.internalError, "The upload has already ended.")
}
