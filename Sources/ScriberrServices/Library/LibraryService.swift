package import ScriberrCore
package import ScriberrStore

/// The recordings of each owner.
package struct LibraryService: Sendable {
    /// The largest upload in bytes.
    package let uploadLimitBytes: Int64
    let database: any Database
    let blobs: any BlobStore
    let clock: any WallClock
    let cleaner: BlobCleaner
    /// Rings for each file that is deleted, by its identifier.
    let departures = Doorbells()
    private let probe: any MediaProbe
    private let maxAttempts: Int
    private let downloads: (any DirectDownloads)?

    /// With `downloads` clients are sent there for recordings.
    package init(
        database: any Database,
        blobs: any BlobStore,
        probe: any MediaProbe,
        clock: any WallClock,
        uploadLimitBytes: Int64,
        maxAttempts: Int = 3,
        downloads: (any DirectDownloads)? = nil
    ) {
        self.maxAttempts = maxAttempts
        self.downloads = downloads
        self.database = database
        self.blobs = blobs
        self.probe = probe
        self.clock = clock
        self.uploadLimitBytes = uploadLimitBytes
        cleaner = BlobCleaner(database: database, blobs: blobs, clock: clock)
    }

    /// Starts an upload. `declaredBytes` is what the client says; more than the limit is `PAYLOAD_TOO_LARGE` at once.
    package func beginUpload(
        _ owner: UserID,
        fileName: String,
        declaredType: String?,
        declaredBytes: Int64? = nil
    ) async throws -> Upload {
        if let declaredBytes, declaredBytes > uploadLimitBytes { throw ScriberrError.uploadTooLarge(uploadLimitBytes) }
        let key = FileID.make(at: clock.now()).text
        return Upload(
            owner: owner,
            fileName: fileName,
            declaredType: declaredType,
            key: key,
            writer: try await blobs.create(key),
            limitBytes: uploadLimitBytes
        )
    }

    /// An upload that already lies in a local file, which stays where it is.
    func adopt(_ path: String, owner: UserID, fileName: String, declaredType: String?) async throws -> Upload {
        let key = FileID.make(at: clock.now()).text
        return Upload(
            owner: owner,
            fileName: fileName,
            declaredType: declaredType,
            key: key,
            writer: try await blobs.writer(holding: path, as: key),
            limitBytes: uploadLimitBytes
        )
    }

    /// Looks into the uploaded bytes and makes a file of them; with auto-transcription on, a job too. An empty `title` means
    /// the file's name. `also` runs in the transaction that makes the file. Throws `UNSUPPORTED_MEDIA_TYPE` or
    /// `MEDIA_UNREADABLE` with field `file`.
    package func finish(
        _ upload: Upload,
        title: String?,
        transcribesByItself: Bool = true,
        answering draft: AnswerDraft<AudioFile>? = nil,
        also: @Sendable @escaping (any SQLConnection, AudioFile) throws -> Void = { _, _ in }
    ) async throws -> AudioFile {
        try await keep(upload, title: title) { db, file in
            try also(db, file)
            let ready = try becameReady(db, file, transcribesByItself: transcribesByItself)
            try draft?.keep(db, ready)
            return ready
        }
    }

    /// Tells that a file can be used. Queues a job too: with `transcription` if that is given, else if the account transcribes
    /// new files by itself.
    func becameReady(
        _ db: any SQLConnection,
        _ file: AudioFile,
        transcribesByItself: Bool = true,
        transcription: TranscriptionOptions? = nil
    ) throws -> AudioFile {
        try Self.announce(db, file, .fileReady)
        let usual = transcription == nil && transcribesByItself ? try Self.usualOptions(db, file.owner) : nil
        guard let options = transcription ?? usual else { return file }
        try NewJob(file: file, title: nil, options: options, maxAttempts: maxAttempts).enqueue(db, at: file.updatedAt)
        return file
    }

    /// The options of jobs for new files; nil when the account makes none by itself.
    private static func usualOptions(_ db: any SQLConnection, _ owner: UserID) throws -> TranscriptionOptions? {
        guard let settings = try SettingsSQL.get(db, owner), settings.autoTranscriptionEnabled else { return nil }
        return try ProfileSQL.getDefault(db, owner)?.options ?? TranscriptionOptions()
    }

    /// One page of the owner's files.
    package func list(_ owner: UserID, _ query: FileListQuery) async throws -> Page<AudioFile> {
        let keyset = try query.list.keyset(filter: query.cursorFilter)
        let rows = try await database.read { try FileSQL.list($0, owner, query.filter, keyset) }
        return try query.list.page(rows, filter: query.cursorFilter) { file in
            ListPlace(id: file.id.text, title: file.title, createdAt: file.createdAt, updatedAt: file.updatedAt)
        }
    }

    /// Throws `NOT_FOUND`.
    package func get(_ owner: UserID, _ id: FileID) async throws -> AudioFile {
        guard let file = try await database.readBriefly({ try FileSQL.get($0, owner, id) }) else { throw ScriberrError.noFile }
        return file
    }

    /// Throws `NOT_FOUND`, or `VALIDATION_ERROR` with field `title`.
    package func rename(_ owner: UserID, _ id: FileID, title: String) async throws -> AudioFile {
        let (title, now) = (try Title.given(title), clock.now())
        let folded = TitleFolding.fold(title)
        let file = try await database.write { try FileSQL.rename($0, owner, id, title: title, folded: folded, at: now) }
        guard let file else { throw ScriberrError.noFile }
        return file
    }

    /// Removes the file. Its bytes go as soon as no file and no transcription needs them. Throws `NOT_FOUND`.
    package func delete(_ owner: UserID, _ id: FileID) async throws {
        let now = clock.now()
        let unused = try await database.write { db in
            guard try FileSQL.hide(db, owner, id, at: now) else { throw ScriberrError.noFile }
            try ImportSQL.remove(db, id)
            try EventLog.append(
                db,
                owner: owner,
                subject: id.text,
                type: .fileDeleted,
                payload: #"{"id":"\#(id.text)"}"#,
                at: now
            )
            return try FileSQL.release(db, id, at: now)
        }
        departures.ring(id.text)
        await cleaner.remove(unused)
    }

    /// Opens the bytes for reading. Throws `NOT_FOUND`, also for a file that is not ready.
    package func audio(_ owner: UserID, _ id: FileID) async throws -> OpenedAudio { try await open(get(owner, id)) }

    /// Opens the bytes of a file whose owner was checked.
    func open(_ file: AudioFile) async throws -> OpenedAudio {
        guard file.status == .ready, !file.blobKey.isEmpty, try await blobs.size(of: file.blobKey) != nil else {
            throw ScriberrError.noFile
        }
        return OpenedAudio(file: file, blobs: blobs, downloads: downloads)
    }

    /// Makes a row of an upload and runs `also` in the same transaction. The upload is used up, or aborted when this throws.
    func keep<Value: Sendable>(
        _ upload: Upload,
        title: String?,
        also: @Sendable @escaping (any SQLConnection, AudioFile) throws -> Value
    ) async throws -> Value {
        do {
            let file = try await examine(upload, title: title)
            return try await place(upload, file, also)
        } catch {
            await upload.abort()
            throw error
        }
    }

    private func examine(_ upload: Upload, title: String?) async throws -> AudioFile {
        let named = (title ?? "").isEmpty ? Title.of(fileName: upload.fileName) : try Title.given(title ?? "")
        let path = try await upload.localPath()
        // When the last bytes of a long recording are in the file, its hash may still have some way to go.
        async let looking = look(into: upload, at: path)
        let receipt = try await upload.receipt()
        guard receipt.sizeBytes > 0 else {
            throw ScriberrError(.mediaUnreadable, "The file is empty.", field: "file")
        }
        let media = try await looking
        let now = clock.now()
        return AudioFile(
            id: .make(at: now),
            owner: upload.owner,
            title: named,
            kind: media.hasVideo ? .video : .audio,
            status: .ready,
            mimeType: media.mimeType,
            sizeBytes: receipt.sizeBytes,
            contentHash: receipt.contentHash,
            durationSeconds: media.durationSeconds,
            blobKey: upload.key,
            createdAt: now,
            updatedAt: now
        )
    }

    private func look(into upload: Upload, at path: String) async throws -> ProbedMedia {
        do {
            return try await probe.probe(path: path)
        } catch let error as ScriberrError {
            // What nobody called audio or video and nothing can read is not broken media but something else.
            let isOther = error.code == .mediaUnreadable && !upload.claimsToBeMedia
            guard !isOther else {
                throw ScriberrError(
                    .unsupportedMediaType,
                    "The file is neither audio nor video.",
                    field: "file",
                    detail: error.detail
                )
            }
            throw ScriberrError(
                error.code,
                error.message,
                field: "file",
                disposition: error.disposition,
                detail: error.detail
            )
        }
    }

    /// Appends an event about a file.
    static func announce(_ db: any SQLConnection, _ file: AudioFile, _ type: EventType) throws {
        var payload = #"{"id":"\#(file.id.text)","kind":"\#(file.kind.rawValue)","status":"\#(file.status.rawValue)""#
        if let code = file.errorCode { payload += #","code":\#(jsonString(code.rawValue))"# }
        if let message = file.errorMessage { payload += #","message":\#(jsonString(message))"# }
        try EventLog.append(
            db,
            owner: file.owner,
            subject: file.id.text,
            type: type,
            payload: payload + "}",
            at: file.updatedAt
        )
    }
}

extension ScriberrError {
    static let noFile = ScriberrError(.notFound, "There is no such file.")
}
