package import ScriberrCore
import ScriberrStore

/// One piece of an upload while it is received. One task writes, then calls ``end()`` or, when the piece was cut off,
/// ``interrupt()``.
package actor UploadPiece {
    private let service: UploadService
    private var upload: PartialUpload
    private let file: StagedFile?
    private var checksum: PieceChecksum?
    private let isChecked: Bool
    /// Bytes that were written and are not yet known to be durable.
    private var pendingBytes: Int64 = 0
    /// So much at most is lost of a long piece when the server dies.
    private static let stepBytes: Int64 = 16 << 20

    init(service: UploadService, upload: PartialUpload, file: StagedFile?, checksum: PieceChecksum?) {
        self.service = service
        self.upload = upload
        self.file = file
        self.checksum = checksum
        isChecked = checksum != nil
    }

    /// Appends bytes. Throws `PAYLOAD_TOO_LARGE` for more than was announced, `STORAGE_FULL`, `NOT_FOUND` when the upload was
    /// deleted meanwhile.
    package func write(_ bytes: ArraySlice<UInt8>) async throws {
        guard upload.offsetBytes + pendingBytes + Int64(bytes.count) <= upload.lengthBytes, let file else {
            if bytes.isEmpty { return }
            throw ScriberrError.moreThanAnnounced
        }
        try await file.write(bytes)
        checksum?.update(bytes)
        pendingBytes += Int64(bytes.count)
        if pendingBytes >= Self.stepBytes, !isChecked { try await keep() }
    }

    /// Ends the piece and tells how far the upload is; the last piece makes the file. Throws `CHECKSUM_MISMATCH`, after which
    /// the upload stands where it stood, and what a file can be refused for.
    package func end() async throws -> PartialUpload {
        guard let file else { return upload }
        if let checksum, !checksum.matches {
            file.release()
            throw ScriberrError(
                .checksumMismatch,
                "The bytes are not those that Upload-Checksum stands for. Send the piece again.",
                field: "Upload-Checksum"
            )
        }
        try await keep()
        let ended = upload.isComplete ? try await service.complete(upload, file) : upload
        file.release()
        return ended
    }

    /// Keeps what came of a piece that was cut off. One with a checksum cannot be checked and does not count.
    package func interrupt() async throws {
        defer { file?.release() }
        if !isChecked { try await keep() }
    }

    /// Makes the bytes durable, then counts them.
    private func keep() async throws {
        guard pendingBytes > 0, let file else { return }
        try await file.sync()
        let (id, old, expiresAt) = (upload.id, upload.offsetBytes, upload.expiresAt)
        let new = old + pendingBytes
        let isHere = try await service.database.write { db in
            try PartialUploadSQL.advance(db, id, from: old, to: new, expiresAt: expiresAt)
        }
        guard isHere else {
            // Deleted in the meantime: the file must not outlive its row.
            try await service.staging.remove(id)
            throw ScriberrError.noUpload
        }
        (upload.offsetBytes, pendingBytes) = (new, 0)
    }
}
