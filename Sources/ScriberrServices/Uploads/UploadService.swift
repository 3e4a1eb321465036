package import ScriberrCore
package import ScriberrStore

/// Uploads that come in pieces and survive lost connections and restarts: the business side of tus.
///
/// The offset that clients are told is one up to which every byte is on the disk. A piece that was cut off counts as far as
/// it came, unless it carries a checksum. The last piece makes the file, by the rules of any other upload.
package struct UploadService: Sendable {
    /// The largest upload in bytes.
    package let limitBytes: Int64
    let database: any Database
    let staging: StagingFolder
    let clock: any WallClock
    private let library: LibraryService
    private let expiry: Duration
    /// Uploads of one owner that are not files yet.
    private static let openMax = 500
    private static let sweepMax = 500

    package init(
        database: any Database,
        staging: StagingFolder,
        library: LibraryService,
        clock: any WallClock,
        expiry: Duration = .seconds(86_400)
    ) {
        self.database = database
        self.staging = staging
        self.library = library
        self.clock = clock
        self.expiry = expiry
        limitBytes = library.uploadLimitBytes
    }

    /// Announces an upload. Throws `PAYLOAD_TOO_LARGE`, `MEDIA_UNREADABLE` for an empty file, `INVALID_REQUEST` or
    /// `VALIDATION_ERROR` for metadata that will not do, `TOO_MANY_REQUESTS` when too many are open.
    package func create(_ owner: UserID, lengthBytes: Int64, metadata text: String) async throws -> PartialUpload {
        guard lengthBytes <= limitBytes else { throw ScriberrError.uploadTooLarge(limitBytes) }
        guard lengthBytes > 0 else { throw ScriberrError(.mediaUnreadable, "The file is empty.", field: "file") }
        let metadata = try UploadMetadata(text)
        if let title = metadata.title, !title.isEmpty { _ = try Title.given(title) }
        let now = clock.now()
        let upload = PartialUpload(
            id: .make(at: now),
            owner: owner,
            lengthBytes: lengthBytes,
            metadata: metadata.text,
            createdAt: now,
            expiresAt: now + expiry
        )
        try await database.write { db in
            guard try PartialUploadSQL.countOpen(db, owner) < Self.openMax else {
                throw ScriberrError(.tooManyRequests, "Too many uploads are open. Finish or delete some.", retryAfterSeconds: 60)
            }
            try PartialUploadSQL.insert(db, upload)
        }
        return upload
    }

    /// How far an upload is. One whose bytes are all here but whose file was not made, because the server ended in between,
    /// becomes a file now. Throws `NOT_FOUND`, and what a file can be refused for.
    package func get(_ owner: UserID, _ id: UploadID) async throws -> PartialUpload {
        let upload = try await find(owner, id)
        guard upload.isComplete, upload.fileID == nil else { return upload }
        // Whoever has the file open is making the recording of it.
        guard let (file, present) = try await open(upload) else { return upload }
        defer { file.release() }
        guard present.fileID == nil else { return present }
        try await rewind(file, to: present.offsetBytes)
        return try await complete(present, file)
    }

    /// Starts to receive a piece at `offset`. Throws `NOT_FOUND`, `CONFLICT` when the upload stands elsewhere,
    /// `PAYLOAD_TOO_LARGE` for more bytes than were announced, and `UPLOAD_LOCKED` while another piece is received.
    package func receive(
        _ owner: UserID,
        _ id: UploadID,
        at offset: Int64,
        declaredBytes: Int64?,
        checksum: PieceChecksum? = nil
    ) async throws -> UploadPiece {
        let seen = try await find(owner, id)
        if seen.fileID != nil {
            try Self.check(seen, offset, declaredBytes)
            return UploadPiece(service: self, upload: seen, file: nil, checksum: checksum)
        }
        guard let (file, present) = try await open(seen) else { throw ScriberrError.uploadLocked }
        do {
            try Self.check(present, offset, declaredBytes)
            var upload = present
            // Only now: bytes that another request has just put there are not ours to cut off.
            if upload.fileID == nil { try await rewind(file, to: upload.offsetBytes) } else { file.release() }
            upload.expiresAt = clock.now() + expiry
            return UploadPiece(service: self, upload: upload, file: upload.fileID == nil ? file : nil, checksum: checksum)
        } catch {
            file.release()
            throw error
        }
    }

    /// Throws an upload away; a file that was made of it stays. Throws `NOT_FOUND`.
    package func delete(_ owner: UserID, _ id: UploadID) async throws {
        guard try await database.write({ try PartialUploadSQL.delete($0, owner, id) }) else { throw ScriberrError.noUpload }
        try await staging.remove(id)
    }

    /// Removes uploads that were given up, and files that nobody waits for any more. Answers how many.
    package func sweep() async throws -> Int {
        let now = clock.now()
        let expired = try await database.write { try PartialUploadSQL.deleteExpired($0, before: now, limit: Self.sweepMax) }
        var unwanted = expired.count
        for id in try await staging.uploads() {
            guard try await !database.read({ try PartialUploadSQL.isOpen($0, id) }) else { continue }
            try await staging.remove(id)
            if !expired.contains(id) { unwanted += 1 }
        }
        return unwanted
    }

    /// Makes the file of an upload whose bytes are all here. The staged file is held open so that no one else does.
    func complete(_ upload: PartialUpload, _ staged: StagedFile) async throws -> PartialUpload {
        let metadata = try UploadMetadata(upload.metadata)
        do {
            let whole = try await library.adopt(
                staging.path(of: upload.id),
                owner: upload.owner,
                fileName: metadata.fileName,
                declaredType: metadata.fileType
            )
            let file = try await library.finish(
                whole,
                title: metadata.title,
                transcribesByItself: metadata.transcribesByItself
            ) { db, file in
                guard try PartialUploadSQL.finish(db, upload.id, file.id) else { throw ScriberrError.noUpload }
            }
            await forget(upload.id)
            var done = upload
            done.fileID = file.id
            return done
        } catch let error as ScriberrError where error.disposition == .permanent {
            // The same bytes will not become a recording later.
            _ = try await database.write { try PartialUploadSQL.delete($0, upload.owner, upload.id) }
            await forget(upload.id)
            throw error
        }
    }

    private func find(_ owner: UserID, _ id: UploadID) async throws -> PartialUpload {
        let now = clock.now()
        guard let upload = try await database.read({ try PartialUploadSQL.get($0, owner, id) }), upload.expiresAt > now else {
            throw ScriberrError.noUpload
        }
        return upload
    }

    /// The file of an upload, and the upload as it is now that nobody else moves it; nil while somebody else has the file open. Throws
    /// `NOT_FOUND`.
    private func open(_ seen: PartialUpload) async throws -> (file: StagedFile, upload: PartialUpload)? {
        guard let file = try await staging.open(seen.id) else { return nil }
        do {
            return (file, try await find(seen.owner, seen.id))
        } catch {
            file.release()
            throw error
        }
    }

    private func rewind(_ file: StagedFile, to offset: Int64) async throws {
        do {
            try await file.rewind(to: offset)
        } catch let error as ScriberrError where error.code == .mediaMissing {
            throw ScriberrError(.notFound, "The bytes of this upload are gone. Start a new one.", detail: error.detail)
        }
    }

    /// What cannot be removed now is removed by the next ``sweep()``.
    private func forget(_ id: UploadID) async { try? await staging.remove(id) }

    private static func check(_ upload: PartialUpload, _ offset: Int64, _ declaredBytes: Int64?) throws {
        guard offset == upload.offsetBytes else {
            throw ScriberrError(
                .conflict,
                "The upload stands at \(upload.offsetBytes) bytes; go on from there.",
                field: "Upload-Offset"
            )
        }
        guard declaredBytes ?? 0 <= upload.lengthBytes - offset else { throw ScriberrError.moreThanAnnounced }
    }
}

extension ScriberrError.Code {
    /// Another request is sending a piece of this upload.
    package static let uploadLocked = ScriberrError.Code(rawValue: "UPLOAD_LOCKED")
    /// The bytes of a piece are not those that its checksum stands for.
    package static let checksumMismatch = ScriberrError.Code(rawValue: "CHECKSUM_MISMATCH")
}

extension ScriberrError {
    static let noUpload = ScriberrError(.notFound, "There is no such upload.")
    static let moreThanAnnounced = ScriberrError(
        .payloadTooLarge,
        "The piece is longer than what is left of the announced length.",
        field: "Upload-Length"
    )
    static let uploadLocked = ScriberrError(
        .uploadLocked,
        "Another request is sending a piece of this upload. Try again in a moment.",
        retryAfterSeconds: 1
    )
}
