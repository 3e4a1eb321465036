package import ScriberrCore
package import ScriberrStore

/// Recordings that a browser's microphone makes: they come in small pieces, each kept at once, so that a closed page loses no
/// more than the last seconds. What was left unfinished can be finished or thrown away for a month.
package struct RecordingService: Sendable {
    /// The largest piece in bytes: minutes of speech.
    package static let pieceBytesMax = 4 << 20
    private static let openMax = 20
    private static let kept = Duration.seconds(30 * 86_400)

    private let database: any Database
    private let library: LibraryService
    private let transcriptions: TranscriptionService
    private let clock: any WallClock

    package init(
        database: any Database,
        library: LibraryService,
        transcriptions: TranscriptionService,
        clock: any WallClock
    ) {
        self.database = database
        self.library = library
        self.transcriptions = transcriptions
        self.clock = clock
    }

    /// Starts a recording. Throws `VALIDATION_ERROR` (`title`, `mime_type`), or `CONFLICT` when too many are unfinished.
    package func start(_ owner: UserID, title: String, mimeType: String) async throws -> Recording {
        let (title, now) = (try Title.given(title), clock.now())
        guard mimeType.hasPrefix("audio/"), mimeType.utf8.count <= 100 else {
            throw ScriberrError(.validation, "mime_type is a type of audio, such as audio/webm.", field: "mime_type")
        }
        let recording = Recording(id: .make(at: now), owner: owner, title: title, mimeType: mimeType, createdAt: now)
        return try await database.write { db in
            guard try RecordingSQL.list(db, owner).count < Self.openMax else {
                throw ScriberrError(.conflict, "There are \(Self.openMax) unfinished recordings. Finish or delete some.")
            }
            try RecordingSQL.insert(db, recording)
            return recording
        }
    }

    /// The owner's unfinished recordings, oldest first.
    package func list(_ owner: UserID) async throws -> [Recording] {
        try await database.read { try RecordingSQL.list($0, owner) }
    }

    /// Keeps piece `number`; once this returns it is durable. The same piece again is not kept twice. Throws `NOT_FOUND`,
    /// `CONFLICT` when an earlier piece is missing or other bytes came under this number, `VALIDATION_ERROR` for an empty piece,
    /// `PAYLOAD_TOO_LARGE`.
    package func append(_ owner: UserID, _ id: RecordingID, number: Int, _ content: [UInt8]) async throws -> Recording {
        let now = clock.now()
        let limit = library.uploadLimitBytes
        return try await database.write { db in
            func find() throws -> Recording {
                guard let recording = try RecordingSQL.get(db, owner, id) else { throw ScriberrError.noRecording }
                return recording
            }
            let recording = try find()
            guard !content.isEmpty else { throw ScriberrError(.validation, "A piece is not empty.") }
            guard number <= recording.pieces else {
                throw ScriberrError(.conflict, "Piece \(recording.pieces) comes next.", field: "number")
            }
            if number == recording.pieces {
                guard recording.sizeBytes + Int64(content.count) <= limit else { throw ScriberrError.uploadTooLarge(limit) }
                if try RecordingSQL.append(db, id, number: number, content, at: now) { return try find() }
            }
            // It came before, perhaps at this very moment: an answer that was lost is given again, other bytes are not dropped.
            _ = try find()
            guard try RecordingSQL.piece(db, id, number: number) == content else {
                throw ScriberrError(.conflict, "Piece \(number) came before, with other bytes.", field: "number")
            }
            return try find()
        }
    }

    /// Makes a file of the pieces and queues a job for it. Throws `NOT_FOUND`, and what
    /// ``TranscriptionService/submit(_:_:)`` throws; the pieces stay then.
    package func finish(
        _ owner: UserID,
        _ id: RecordingID,
        _ request: NewTranscription,
        answering draft: AnswerDraft<Transcription>? = nil
    ) async throws -> Transcription {
        guard let recording = try await database.read({ try RecordingSQL.get($0, owner, id) }) else {
            throw ScriberrError.noRecording
        }
        var request = request
        if (request.title ?? "").isEmpty { request.title = recording.title }
        try await transcriptions.check(owner, request)
        let upload = try await library.beginUpload(
            owner,
            fileName: recording.title,
            declaredType: recording.mimeType,
            declaredBytes: recording.sizeBytes
        )
        do {
            for number in 0..<recording.pieces {
                let piece = try await database.read { try RecordingSQL.piece($0, id, number: number) }
                guard let piece else { throw ScriberrError.noRecording }
                try await upload.write(piece[...])
            }
        } catch {
            await upload.abort()
            throw error
        }
        return try await transcriptions.submit(upload, request, answering: draft) { db in
            guard try !RecordingSQL.delete(db, id, withPieces: recording.pieces) else { return }
            // Finished by somebody else meanwhile: that one has the job.
            guard try RecordingSQL.get(db, owner, id) != nil else { throw ScriberrError.noRecording }
            throw ScriberrError(.conflict, "Another piece came meanwhile. Finish the recording again.")
        }
    }

    /// Throws a recording away. Throws `NOT_FOUND`.
    package func delete(_ owner: UserID, _ id: RecordingID) async throws {
        try await database.write { db in
            guard try RecordingSQL.get(db, owner, id) != nil, try RecordingSQL.delete(db, id) else {
                throw ScriberrError.noRecording
            }
        }
    }

    /// Lets go of what nobody came back to. Answers how many went.
    package func purge() async throws -> Int {
        let before = clock.now() - Self.kept
        return try await database.write { try RecordingSQL.purge($0, before: before, limit: 100) }
    }
}

extension ScriberrError {
    fileprivate static let noRecording = ScriberrError(.notFound, "There is no such unfinished recording.")
}
