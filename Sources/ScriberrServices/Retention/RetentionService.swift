package import ScriberrCore
package import ScriberrStore

/// Keeping and forgetting: recordings and transcripts go when the rules of their owners, or of their jobs, say so.
package struct RetentionService: Sendable {
    private let database: any Database
    private let signals: StoreSignals
    private let cleaner: BlobCleaner
    private let clock: any WallClock
    private static let batch = 200
    private static let pageMax = 100

    package init(database: any Database, signals: StoreSignals, cleaner: BlobCleaner, clock: any WallClock) {
        self.database = database
        self.signals = signals
        self.cleaner = cleaner
        self.clock = clock
    }

    /// An owner's rules.
    package func rules(_ owner: UserID) async throws -> RetentionRules {
        try await database.read { try RetentionSQL.rules($0, of: owner) }
    }

    /// Sets an owner's rules. Throws `VALIDATION_ERROR` with the field.
    package func setRules(_ owner: UserID, _ rules: RetentionRules) async throws {
        try rules.check()
        try await database.write { try RetentionSQL.setRules($0, of: owner, rules) }
    }

    /// A job's own rules; nil when its owner's count. Throws `NOT_FOUND`.
    package func rules(_ owner: UserID, _ job: TranscriptionID) async throws -> RetentionRules? {
        try await database.read { db in
            _ = try TranscriptionService.find(db, owner, job)
            return try RetentionSQL.rules(db, ofJob: job)
        }
    }

    /// Gives a job rules that stand instead of its owner's; nil takes them away. Throws `NOT_FOUND`, or `VALIDATION_ERROR` with the
    /// field.
    package func setRules(_ owner: UserID, _ job: TranscriptionID, _ rules: RetentionRules?) async throws {
        if let rules { try rules.check() }
        try await database.write { db in
            _ = try TranscriptionService.find(db, owner, job)
            try RetentionSQL.setRules(db, ofJob: job, rules)
        }
    }

    /// What would go now, were this the time: the first ones, longest over first.
    package func preview(_ owner: UserID) async throws -> [Deletion] {
        let now = clock.now()
        return try await database.read { db in
            try RetentionSQL.dueAudio(db, .owner(owner), at: now, limit: Self.pageMax)
                + RetentionSQL.dueTranscripts(db, .owner(owner), at: now, limit: Self.pageMax)
        }
    }

    /// What went, newest first, and where the next page starts. Throws `VALIDATION_ERROR` with field `limit` or `cursor`.
    package func record(_ owner: UserID, limit: String?, cursor: String?) async throws -> (items: [Deletion], next: String?) {
        let count = limit.map(Int.init) ?? 50
        guard let count, (1...Self.pageMax).contains(count) else {
            throw ScriberrError(.validation, "limit is a whole number from 1 to \(Self.pageMax).", field: "limit")
        }
        let place = try cursor.map(Self.place)
        let rows = try await database.read { try RetentionSQL.record($0, of: owner, before: place, limit: count + 1) }
        let items = Array(rows.prefix(count))
        let next = rows.count > count ? items.last.map { "\($0.at.microseconds).\($0.subject)" } : nil
        return (items, next)
    }

    /// What an owner's things take up.
    package func storage(_ owner: UserID) async throws -> StorageUse? {
        try await database.read { try StorageSQL.use($0, of: owner).first }
    }

    /// What everybody's things take up.
    package func storageOfAll() async throws -> [StorageUse] { try await database.read { try StorageSQL.use($0) } }

    private static func place(_ cursor: String) throws -> (at: Timestamp, subject: String) {
        let parts = cursor.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let time = Int64(parts[0]) else {
            throw ScriberrError(.validation, "cursor comes from an earlier page.", field: "cursor")
        }
        return (Timestamp(microseconds: time), String(parts[1]))
    }
}

extension RetentionService {
    /// Lets go what is over, again whenever a job is complete and at least every `interval`, until the task is canceled.
    /// `onFailure` hears of what went wrong; it is tried again.
    package func run(every interval: Duration = .seconds(600), onFailure: @escaping @Sendable (any Error) -> Void) async {
        let notices = signals.events.subscribe()
        // Before the first sweep, which finds what completed until then.
        let start = (try? await database.read { try EventLog.latestSequence($0) }) ?? 0
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    await tryToSweep(onFailure)
                    // A canceled sleep ends the loop, as it should.
                    try? await Task.sleep(for: interval)
                }
            }
            group.addTask {
                var reached = start
                for await _ in notices {
                    let after = reached
                    let found = try? await database.read { db in
                        try EventLog.events(db, after: after, types: [.transcriptionCompleted], limit: 1_000).last?.sequence
                    }
                    guard let last = found ?? nil else { continue }
                    reached = last
                    await tryToSweep(onFailure)
                }
            }
        }
    }

    /// Lets go everything that is over. Answers what went.
    @discardableResult
    package func sweep() async throws -> [Deletion] {
        var all: [Deletion] = []
        while true {
            let now = clock.now()
            let due = try await database.read { db in
                try RetentionSQL.dueAudio(db, .everything, at: now, limit: Self.batch)
                    + RetentionSQL.dueTranscripts(db, .everything, at: now, limit: Self.batch)
            }
            var gone: [Deletion] = []
            for deletion in due { if try await letGo(deletion, at: now) { gone.append(deletion) } }
            all += gone
            // What was kept in the meantime is no reason to look for ever.
            if gone.isEmpty { return all }
        }
    }

    private func tryToSweep(_ onFailure: @Sendable (any Error) -> Void) async {
        do {
            try await sweep()
        } catch {
            onFailure(error)
        }
    }

    /// Lets one thing go, if its time is still over: rules and jobs may have changed since it was found.
    private func letGo(_ deletion: Deletion, at now: Timestamp) async throws -> Bool {
        let (isGone, blob) = try await database.write { db -> (Bool, String?) in
            switch deletion.kind {
            case .audio: try Self.dropAudio(db, deletion, at: now)
            case .transcript: try Self.dropTranscript(db, deletion, at: now)
            }
        }
        await cleaner.remove(blob)
        return isGone
    }

    private static func dropAudio(_ db: any SQLConnection, _ deletion: Deletion, at now: Timestamp) throws -> (Bool, String?) {
        guard let id = FileID(deletion.subject),
            let due = try RetentionSQL.dueAudio(db, .subject(deletion.subject), at: now, limit: 1).first
        else { return (false, nil) }
        let wasVisible = try FileSQL.get(db, due.owner, id) != nil
        let blob = try RetentionSQL.dropAudio(db, id, at: now)
        try note(db, due, at: now)
        if wasVisible {
            let payload = #"{"id":"\#(due.subject)","reason":"\#(due.reason.rawValue)"}"#
            try EventLog.append(db, owner: due.owner, subject: due.subject, type: .fileDeleted, payload: payload, at: now)
        }
        return (true, blob)
    }

    private static func dropTranscript(_ db: any SQLConnection, _ deletion: Deletion, at now: Timestamp) throws -> (Bool, String?)
    {
        guard let id = TranscriptionID(deletion.subject),
            let due = try RetentionSQL.dueTranscripts(db, .subject(deletion.subject), at: now, limit: 1).first,
            let deleted = try JobSQL.delete(db, id, owner: due.owner, at: now)
        else { return (false, nil) }
        try note(db, due, at: now)
        return (true, try FileSQL.release(db, deleted.fileID, at: now))
    }

    private static func note(_ db: any SQLConnection, _ due: Deletion, at now: Timestamp) throws {
        var gone = due
        gone.at = now
        try RetentionSQL.record(db, gone)
    }
}
