package import ScriberrCore
package import ScriberrStore

/// The body of a create or submit request.
package struct NewTranscription: Sendable {
    /// Empty means the file's title.
    package var title: String?
    /// `profile_…`, `default`, or nil for the default profile if there is one.
    package var profileID: String?
    /// What it changes about the profile's options.
    package var options: OptionsPatch
    /// Whether a job that already waits or runs for the same bytes with the same options is answered instead of a new one.
    package var joinsRunning: Bool
    /// Whether one that was completed so short a time ago is answered as well; nil for no.
    package var joinsCompletedWithin: Duration?

    /// Who hears of the end of the job.
    package var callback: JobCallback?
    /// For how long the job and its recording are kept; nil when the account's rules count.
    package var retention: RetentionRules?

    package init(
        title: String? = nil,
        profileID: String? = nil,
        options: OptionsPatch = OptionsPatch(),
        joinsRunning: Bool = false,
        joinsCompletedWithin: Duration? = nil,
        callback: JobCallback? = nil,
        retention: RetentionRules? = nil
    ) {
        self.callback = callback
        self.retention = retention
        self.joinsRunning = joinsRunning
        self.joinsCompletedWithin = joinsCompletedWithin
        self.title = title
        self.profileID = profileID
        self.options = options
    }
}

/// Jobs and their results.
package struct TranscriptionService: Sendable {
    let database: any Database
    private let jobs: SQLJobStore
    let clock: any WallClock
    private let library: LibraryService
    let models: ModelService

    /// How many jobs run in this process.
    let runningHere: @Sendable () -> Int
    let line: LinePolicy
    private let secrets: SecretBox
    private let checkCallback: @Sendable (String) throws -> Void
    let maxAttempts: Int

    package init(
        database: any Database,
        library: LibraryService,
        models: ModelService,
        clock: any WallClock,
        line: LinePolicy = LinePolicy(),
        secrets: SecretBox,
        checkCallback: @escaping @Sendable (String) throws -> Void = { _ in },
        maxAttempts: Int = 3,
        runningHere: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.maxAttempts = maxAttempts
        self.database = database
        jobs = SQLJobStore(database: database)
        self.library = library
        self.models = models
        self.clock = clock
        self.line = line
        self.secrets = secrets
        self.checkCallback = checkCallback
        self.runningHere = runningHere
    }

    /// Queues a job for a file. Checks in the order of the contract: `VALIDATION_ERROR` for an empty `file_id`, the options
    /// and `profile_id`, then `NOT_FOUND` for the file, `CONFLICT` (`file_id`) for one that is not ready.
    package func create(
        _ owner: UserID,
        fileID: String,
        _ request: NewTranscription,
        answering draft: AnswerDraft<Transcription>? = nil
    ) async throws -> Transcription {
        guard !fileID.isEmpty else { throw ScriberrError(.validation, "Name a file.", field: "file_id") }
        let options = try await options(owner, request)
        guard let id = FileID(fileID) else { throw ScriberrError.noFile }
        let (title, now) = (try givenTitle(request.title), clock.now())
        if jobs.sharesEnqueues, request.callback == nil, draft == nil {
            guard let file = try await database.readBriefly({ try FileSQL.get($0, owner, id) }) else {
                throw ScriberrError.noFile
            }
            let new = job(file, title, options, request)
            if new.isPlain { return try await new.enqueue(jobs, at: now) }
        }
        return try await database.write(answering: draft) { db in
            guard let file = try FileSQL.get(db, owner, id) else { throw ScriberrError.noFile }
            let made = try job(file, title, options, request).enqueue(db, at: now)
            try request.callback?.subscribe(db, to: made, secrets, at: now)
            return made
        }
    }

    /// Checks what can be checked before an upload ends, so that a bad request costs no storage.
    package func check(_ owner: UserID, _ request: NewTranscription) async throws {
        _ = try givenTitle(request.title)
        _ = try await options(owner, request)
    }

    /// Makes a file of an upload and queues a job for it, in one transaction, which `also` is part of. The upload is used up or
    /// aborted.
    package func submit(
        _ upload: Upload,
        _ request: NewTranscription,
        answering draft: AnswerDraft<Transcription>? = nil,
        also: @escaping @Sendable (any SQLConnection) throws -> Void = { _ in }
    ) async throws -> Transcription {
        let options: TranscriptionOptions
        do {
            options = try await self.options(upload.owner, request)
        } catch {
            await upload.abort()
            throw error
        }
        return try await library.keep(upload, title: request.title) { db, file in
            var new = job(file, nil, options, request)
            new.joinsCompletedSince = request.joinsCompletedWithin.map { file.createdAt - $0 }
            let job = try new.enqueue(db, at: file.createdAt)
            try request.callback?.subscribe(db, to: job, secrets, at: file.createdAt)
            // A job that was there already has a recording of its own, with the same bytes.
            if job.fileID != file.id, try FileSQL.hide(db, file.owner, file.id, at: file.createdAt) {
                _ = try FileSQL.removeIfUnused(db, file.id)
            }
            try also(db)
            try draft?.keep(db, job)
            return job
        }
    }

    /// Throws `NOT_FOUND`.
    package func get(_ owner: UserID, _ id: TranscriptionID) async throws -> Transcription {
        try await database.readBriefly { try Self.find($0, owner, id) }
    }

    /// Throws `NOT_FOUND`, or `VALIDATION_ERROR` with field `title`.
    package func rename(_ owner: UserID, _ id: TranscriptionID, title: String) async throws -> Transcription {
        let (title, now) = (try Title.given(title), clock.now())
        return try await database.write { db in
            guard let job = try TranscriptionSQL.rename(db, owner, id, title: title, at: now) else {
                throw ScriberrError.noTranscription
            }
            let payload = #"{"id":"\#(id.text)","status":"\#(job.status.rawValue)"}"#
            try EventLog.append(
                db,
                owner: owner,
                subject: id.text,
                type: .transcriptionUpdated,
                payload: payload,
                at: now
            )
            return job
        }
    }

    /// Stops the job if it runs and removes all of it; its recording too when nothing else needs it. Throws `NOT_FOUND`.
    package func delete(_ owner: UserID, _ id: TranscriptionID) async throws {
        let now = clock.now()
        let unused = try await database.write { db in
            guard let deleted = try JobSQL.delete(db, id, owner: owner, at: now) else {
                throw ScriberrError.noTranscription
            }
            return try FileSQL.release(db, deleted.fileID, at: now)
        }
        await library.cleaner.remove(unused)
    }

    /// Asks for a job to stop. A waiting job ends at once, a running one within moments; a second call changes nothing.
    /// Throws `NOT_FOUND`, or `CONFLICT` when the job has ended.
    package func cancel(
        _ owner: UserID,
        _ id: TranscriptionID,
        answering draft: AnswerDraft<Transcription>? = nil
    ) async throws -> Transcription {
        let now = clock.now()
        return try await database.write(answering: draft) { db in
            switch try JobSQL.requestCancel(db, id, owner: owner, at: now) {
            case .canceled, .stopping: return try Self.find(db, owner, id)
            case .alreadyTerminal(let status):
                throw ScriberrError(.conflict, "The transcription has already ended: it is \(status.rawValue).")
            case .notFound: throw ScriberrError.noTranscription
            }
        }
    }

    /// Opens the recording of a job. Throws `NOT_FOUND`.
    package func audio(_ owner: UserID, _ id: TranscriptionID) async throws -> OpenedAudio {
        let file = try await database.read { db in
            try FileSQL.getEvenDeleted(db, Self.find(db, owner, id).fileID)
        }
        guard let file else { throw ScriberrError.noTranscription }
        return try await library.open(file)
    }

    func job(_ file: AudioFile, _ title: String?, _ options: TranscriptionOptions, _ request: NewTranscription? = nil) -> NewJob {
        NewJob(
            file: file,
            title: title,
            options: options,
            maxAttempts: maxAttempts,
            retention: request?.retention,
            joinsRunning: request?.joinsRunning ?? false
        )
    }

    static func find(_ db: any SQLConnection, _ owner: UserID, _ id: TranscriptionID) throws -> Transcription {
        guard let job = try JobSQL.get(db, id, owner: owner) else { throw ScriberrError.noTranscription }
        return job
    }

    /// The options of a new job: those of the named or default profile, changed by the request, checked against the models.
    package func options(_ owner: UserID, _ request: NewTranscription) async throws -> TranscriptionOptions {
        // A request that is wrong by itself says so before its profile is looked up.
        _ = try request.options.applied(to: TranscriptionOptions(diarization: true))
        try check(request.callback)
        try request.retention?.check(in: "retention")
        let base = try await profileOptions(owner, request.profileID)
        let options = try request.options.applied(to: base)
        try await models.validate(options)
        return options
    }

    private func check(_ callback: JobCallback?) throws {
        guard let callback else { return }
        do {
            try checkCallback(callback.url)
        } catch let error as ScriberrError {
            throw ScriberrError(error.code, error.message, field: "callback_url", detail: error.detail)
        }
    }

    private func profileOptions(_ owner: UserID, _ name: String?) async throws -> TranscriptionOptions {
        let profile = try await database.read { db -> Profile? in
            switch name {
            case nil, "": return try ProfileSQL.getDefault(db, owner)
            case "default":
                guard let profile = try ProfileSQL.getDefault(db, owner) else {
                    throw ScriberrError(.validation, "There is no default profile.", field: "profile_id")
                }
                return profile
            case .some(let text):
                guard let id = ProfileID(text), let profile = try ProfileSQL.get(db, owner, id) else {
                    throw ScriberrError(.validation, "There is no such profile.", field: "profile_id")
                }
                return profile
            }
        }
        return profile?.options ?? TranscriptionOptions()
    }

    private func givenTitle(_ title: String?) throws -> String? {
        guard let title, !title.isEmpty else { return nil }
        return try Title.given(title)
    }
}

extension ScriberrError {
    static let noTranscription = ScriberrError(.notFound, "There is no such transcription.")
}
