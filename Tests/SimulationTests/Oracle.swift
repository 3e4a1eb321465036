import ScriberrCore
import ScriberrQueue
import ScriberrStore

/// Watches the database from outside: after every write it compares what is there with what may be there.
///
/// It keeps its own account of who holds what and reads the tables with its own statements, so that it shares no code with
/// what it judges.
struct Oracle {
    private(set) var jobs: [TranscriptionID: JobState] = [:]
    private(set) var pieces: [TranscriptionID: Set<Int>] = [:]
    private var lastSequence: Int64 = 0
    private var lastChanges: Int64 = -1
    private var seen: [InstanceID: Timestamp] = [:]
    private var seats: [InstanceID: String] = [:]
    /// The true time, whatever requests say that were made some time ago.
    var present = Timestamp(microseconds: 0)
    /// Before when a job may not be claimed: what a retry or its creation said.
    private var notBefore: [TranscriptionID: Int64] = [:]
    /// How many attempts of a job failed without being charged.
    private var free: [TranscriptionID: Int] = [:]
    let hasSteadyClocks: Bool

    init(hasSteadyClocks: Bool) { self.hasSteadyClocks = hasSteadyClocks }

    /// What was just done to the database, and what was answered.
    enum Cause {
        case create(TranscriptionID)
        /// It failed and was undone.
        case nothing
        case requestCancel(TranscriptionID, CancelAnswer?)
        case delete(TranscriptionID)
        case claim(ClaimRequest, ClaimAnswer?)
        case renew([Lease], until: Timestamp, [LeaseAnswer]?)
        case recover(RecoveryRequest, [RecoveredJob]?)
        case write(StoreOperation, Lease, Fenced?, TerminalWrite? = nil, piece: Int? = nil)
        case register(InstanceRecord)
        case heartbeat(InstanceID, Timestamp)
        case unregister(InstanceID)
    }

    var allEnded: Bool { jobs.values.allSatisfy(\.status.isTerminal) }

    /// Compares the tables with what `cause` allows. An answer of nil means that the call failed and was undone.
    mutating func check(_ connection: any SQLConnection, after cause: Cause) throws {
        try noteInstance(cause)
        let hasChanged = try hasChanged(connection)
        let events = hasChanged ? try newEvents(connection) : [:]
        let rows = hasChanged ? try currentRows(connection) : jobs
        try checkAnswer(cause, rows)
        for id in Set(jobs.keys).union(rows.keys) {
            let (before, after) = (jobs[id], rows[id])
            let types = events[id.text] ?? []
            if before == after {
                try require(types.isEmpty, "an event tells of a transition", "\(id) \(types) after \(cause)")
                continue
            }
            let expected = try checkTransition(before, after, cause)
            try require(types == expected, "one event per transition", "\(id): \(types), expected \(expected), after \(cause)")
        }
        try noteWork(cause)
        noteRemoval(cause, rows)
        noteTimes(cause, rows)
        let changed = rows.values.filter { jobs[$0.id] != $0 || cause.touches($0.id) }
        jobs = rows
        for job in changed { try checkRemains(try JobRemains(connection, job.id), job) }
    }

    /// Whether the transaction has written anything at all.
    private mutating func hasChanged(_ connection: any SQLConnection) throws -> Bool {
        let count =
            switch connection.dialect {
            case .sqlite: "SELECT total_changes() AS n"
            // A transaction that has written has a number of its own.
            case .postgres: "SELECT coalesce(pg_current_xact_id_if_assigned()::text, '-1')::bigint AS n"
            }
        let changes = try connection.query(count, []).first?.integer("n") ?? 0
        defer { lastChanges = changes }
        return connection.dialect == .postgres ? changes != -1 : changes != lastChanges
    }

    private mutating func noteInstance(_ cause: Cause) throws {
        switch cause {
        case .register(let record):
            for (id, seat) in seats where seat == record.exclusiveSeat && id != record.id {
                seen[id] = nil
                seats[id] = nil
            }
            noteSign(record.id, record.startedAt)
            seats[record.id] = record.exclusiveSeat
        case .heartbeat(let id, let now): noteSign(id, now)
        case .unregister(let id): seen[id] = nil
        default: break
        }
    }

    /// A sign of life that was overtaken by a later one tells nothing new.
    private mutating func noteSign(_ id: InstanceID, _ time: Timestamp) {
        if let known = seen[id], known >= time, known - time <= .seconds(60) { return }
        seen[id] = time
    }

    /// A recovery strikes off processes that were silent for too long, once nothing is left of theirs.
    private mutating func noteRemoval(_ cause: Cause, _ rows: [TranscriptionID: JobState]) {
        guard case .recover(let request, .some) = cause else { return }
        let busy = Set(rows.values.compactMap(\.claimedBy))
        seen = seen.filter { $0.key == request.instance || $0.value >= request.deadBefore || busy.contains($0.key) }
    }

    private mutating func newEvents(_ connection: any SQLConnection) throws -> [String: [String]] {
        var events: [String: [String]] = [:]
        let rows = try connection.query(
            "SELECT sequence, subject, type FROM events WHERE sequence > $1 ORDER BY sequence",
            [.integer(lastSequence)]
        )
        for row in rows {
            lastSequence = try row.integer("sequence")
            events[try row.text("subject"), default: []].append(try row.text("type"))
        }
        return events
    }

    private func currentRows(_ connection: any SQLConnection) throws -> [TranscriptionID: JobState] {
        let rows = try connection.query(JobState.statement, []).map(JobState.init(row:))
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    }

    /// Pieces that the store accepted, by our own account.
    private mutating func noteWork(_ cause: Cause) throws {
        guard case .write(.checkpoint, let lease, let fenced, _, let piece) = cause, let piece else { return }
        if let fenced, fenced != .leaseLost { pieces[lease.job, default: []].insert(piece) }
    }

    private mutating func noteTimes(_ cause: Cause, _ rows: [TranscriptionID: JobState]) {
        switch cause {
        case .create(let id): notBefore[id] = rows[id].flatMap { $0.runAfter > $0.createdAt ? $0.runAfter : nil }
        case .write(.fail, let lease, .applied, .fail(let report, let retryAt?), _):
            notBefore[lease.job] = retryAt.microseconds
            if !report.chargesAttempt { free[lease.job, default: 0] += 1 }
        default: break
        }
    }

    // MARK: Answers

    /// Whether the row says that `lease` holds.
    func holds(_ lease: Lease) -> Bool {
        guard let job = jobs[lease.job] else { return false }
        return job.status == .processing && job.attempt == lease.attempt
    }

    private mutating func checkAnswer(_ cause: Cause, _ rows: [TranscriptionID: JobState]) throws {
        switch cause {
        case .write(let operation, let lease, let fenced?, _, _):
            try checkFence(lease, fenced, "\(operation)")
            if !holds(lease) {
                try require(rows == jobs, "nothing is written by one who lost the lease", "\(operation) \(lease)")
            }
        case .renew(_, _, let answers?):
            for answer in answers { try checkFence(answer.lease, answer.fenced, "renew") }
        case .claim(let request, let answer?): try checkClaim(request, answer, rows)
        case .requestCancel(let id, let answer?): try checkCancel(id, answer, rows)
        default: break
        }
    }

    private func checkFence(_ lease: Lease, _ fenced: Fenced, _ what: String) throws {
        let expected: Fenced =
            if !holds(lease) { .leaseLost } else {
                jobs[lease.job]?.isCancelRequested == true ? .appliedButCancelRequested : .applied
            }
        try require(fenced == expected, "a write is fenced by its lease", "\(what) \(lease): \(fenced), expected \(expected)")
    }

    private mutating func checkClaim(
        _ request: ClaimRequest,
        _ answer: ClaimAnswer,
        _ rows: [TranscriptionID: JobState]
    ) throws {
        try require(answer.jobs.count <= request.count, "a claim gives no more than it was asked for")
        let given = answer.jobs.compactMap { jobs[$0.lease.job] }
        let due = jobs.values.filter { $0.status == .queued && $0.runAfter <= request.now.microseconds }
        for job in given {
            let isTime = (notBefore[job.id] ?? 0) <= present.microseconds
            try require(isTime || !hasSteadyClocks, "a job is not claimed before its time", "\(job.id)")
        }
        if let limit = request.maxRunningPerOwner {
            let running = Dictionary(grouping: rows.values.filter { $0.status == .processing }, by: \.owner)
            try require(running.values.allSatisfy { $0.count <= limit }, "no owner runs more jobs at once than allowed")
            return
        }
        let left = due.filter { job in !given.contains { $0.id == job.id } }
        if given.count < request.count, let job = left.first {
            throw Violation("a claim gives what is due", "\(job.id) left, \(given.count) of \(request.count) given")
        }
        guard request.policy == .fifo, hasSteadyClocks else { return }
        for job in given {
            let passed = left.first { JobState.isBefore($0, job) }
            try require(passed == nil, "first come, first served", "\(job.id) passed \(passed?.id.text ?? "")")
        }
    }

    private func checkCancel(_ id: TranscriptionID, _ answer: CancelAnswer, _ rows: [TranscriptionID: JobState]) throws {
        switch answer {
        case .canceled: try require(rows[id]?.status == .canceled, "a canceled job is canceled", "\(id)")
        case .stopping(let lease):
            try require(holds(lease) && rows[id]?.isCancelRequested == true, "a cancel is remembered", "\(lease)")
        case .alreadyTerminal(let status): try require(jobs[id]?.status == status, "a cancel tells the state", "\(id)")
        case .notFound: try require(jobs[id] == nil, "a cancel finds its job", "\(id)")
        }
    }

    // MARK: Transitions

    /// Throws unless `cause` may turn `before` into `after`; answers the events that have to go with it.
    private func checkTransition(_ before: JobState?, _ after: JobState?, _ cause: Cause) throws -> [String] {
        guard let before else { return try checkBirth(after, cause) }
        guard let after else {
            guard case .delete(before.id) = cause else { throw Violation("no accepted job is lost", "\(before) after \(cause)") }
            return ["transcription.deleted"]
        }
        try require(!before.status.isTerminal, "a terminal state never changes", "\(before) to \(after) after \(cause)")
        try checkConstants(before, after, cause)
        switch (before.status, after.status) {
        case (.queued, .processing): return try checkClaimed(before, after, cause)
        case (.queued, .canceled):
            guard case .requestCancel = cause else { break }
            return ["transcription.canceled"]
        case (.processing, .processing): return try checkWork(before, after, cause)
        case (.processing, .queued): return try checkReturn(before, after, cause)
        case (.processing, _): return try checkEnd(before, after, cause)
        default: break
        }
        throw Violation("only legal transitions", "\(before) to \(after) after \(cause)")
    }

    private func checkBirth(_ after: JobState?, _ cause: Cause) throws -> [String] {
        guard let after, case .create(after.id) = cause, after.status == .queued, after.attempt == 0 else {
            throw Violation("a job is born queued", "\(String(describing: after)) after \(cause)")
        }
        return ["transcription.created", "transcription.queued"]
    }

    private func checkConstants(_ before: JobState, _ after: JobState, _ cause: Cause) throws {
        let isSame =
            (before.queuedAt, before.createdAt, before.priority) == (after.queuedAt, after.createdAt, after.priority)
        try require(isSame && before.owner == after.owner, "a job keeps its place", "\(before) to \(after) after \(cause)")
        if !after.isCancelRequested { try require(!before.isCancelRequested, "a cancel is never forgotten", "\(after.id)") }
        let isOwned = after.claimedBy != nil && after.leaseExpiresAt != nil
        try require(isOwned == (after.status == .processing), "a job has a lease while it is processing", "\(after)")
        let isClaim = before.status == .queued && after.status == .processing
        try require(after.attempt == before.attempt + (isClaim ? 1 : 0), "attempts count claims", "\(before) to \(after)")
        var crash = 0
        if case .recover = cause, after.status != .canceled { crash = 1 }
        try require(after.crashes == before.crashes + crash, "crashes count recoveries", "\(before) to \(after) after \(cause)")
        var failure = 0
        if case .write(.fail, _, _, .fail(let report, _), _) = cause, after.status != .canceled {
            failure = report.chargesAttempt ? 1 : 0
        }
        try require(after.failures == before.failures + failure, "failures count failed attempts", "\(after) after \(cause)")
    }

    private func checkClaimed(_ before: JobState, _ after: JobState, _ cause: Cause) throws -> [String] {
        guard case .claim(let request, let answer?) = cause, answer.jobs.contains(where: { $0.lease.job == after.id }) else {
            throw Violation("only a claim takes a job", "\(after) after \(cause)")
        }
        let isGiven = after.claimedBy == request.instance && after.leaseExpiresAt == request.leaseExpiresAt.microseconds
        try require(isGiven, "a claim gives a lease", "\(after)")
        try require(!before.isCancelRequested, "a canceled job is not started again", "\(before)")
        return ["transcription.progress"]
    }

    private func checkWork(_ before: JobState, _ after: JobState, _ cause: Cause) throws -> [String] {
        var bare = before.withoutWork
        bare.isCancelRequested = after.isCancelRequested
        try require(bare == after.withoutWork, "work changes progress and lease only", "\(before) to \(after) after \(cause)")
        switch cause {
        case .renew(let leases, let expiry, .some):
            let isHolder = leases.contains(Lease(job: after.id, attempt: before.attempt))
            try require(isHolder, "nothing is written by one who lost the lease", "renewal of \(after)")
            try require(after.leaseExpiresAt == expiry.microseconds, "a renewal extends the lease", "\(before) to \(after)")
            try require(before.progress == after.progress && before.stage == after.stage, "a renewal changes the lease only")
            return []
        case .write(.progress, let lease, .some, _, _):
            try require(lease.job == after.id && after.progress >= before.progress, "progress grows", "\(after) after \(cause)")
            return ["transcription.progress"]
        case .requestCancel(after.id, .some): return ["transcription.canceling"]
        default: throw Violation("only its worker changes a running job", "\(before) to \(after) after \(cause)")
        }
    }

    private func checkReturn(_ before: JobState, _ after: JobState, _ cause: Cause) throws -> [String] {
        try require(!before.isCancelRequested, "a canceled job is not put back", "\(before) after \(cause)")
        switch cause {
        case .write(.release, Lease(job: after.id, attempt: before.attempt), .some, _, _): break
        case .write(.fail, Lease(job: after.id, attempt: before.attempt), .some, .fail(_, let retryAt?), _):
            try require(after.runAfter == retryAt.microseconds, "a retry waits for its time", "\(after)")
        case .recover(let request, .some): try checkAbandoned(before, request)
        default: throw Violation("only its worker or a recovery puts a job back", "\(before) to \(after) after \(cause)")
        }
        return ["transcription.queued"]
    }

    private func checkAbandoned(_ job: JobState, _ request: RecoveryRequest) throws {
        let isExpired = job.leaseExpiresAt.map { $0 <= request.now.microseconds } ?? true
        let isOrphan =
            job.claimedBy != request.instance && (job.claimedBy.flatMap { seen[$0] }.map { $0 < request.deadBefore } ?? true)
        try require(isExpired || isOrphan, "only what nobody holds is taken back", "\(job) by \(request)")
    }

    private func checkEnd(_ before: JobState, _ after: JobState, _ cause: Cause) throws -> [String] {
        let lease = Lease(job: before.id, attempt: before.attempt)
        if after.status == .canceled {
            try require(before.isCancelRequested, "a job is canceled on request only", "\(before) after \(cause)")
        }
        switch (after.status, cause) {
        case (.completed, .write(.complete, lease, .some, _, _)): return ["transcription.completed"]
        case (.failed, .write(.fail, lease, .some, .fail(_, retryAt: nil), _)): return ["transcription.failed"]
        case (.failed, .recover(let request, .some)):
            try checkAbandoned(before, request)
            try require(after.crashes >= request.crashLimit, "only a job that crashed too often is quarantined", "\(after)")
            return ["transcription.failed"]
        case (.canceled, .write(_, lease, .some, _, _)): return ["transcription.canceled"]
        case (.canceled, .recover(let request, .some)):
            try checkAbandoned(before, request)
            return ["transcription.canceled"]
        default: throw Violation("only its worker or a recovery ends a job", "\(before) to \(after) after \(cause)")
        }
    }

    // MARK: What hangs on a job

    private func checkRemains(_ remains: JobRemains, _ job: JobState) throws {
        let numbers = remains.executions.map(\.number)
        try require(numbers == Array(1..<(job.attempt + 1)), "one execution per attempt", "\(job): \(numbers)")
        let open = remains.executions.filter { $0.status == "processing" }.map(\.number)
        try require(
            open == (job.status == .processing ? [job.attempt] : []),
            "an execution ends with its attempt",
            "\(job): \(open)"
        )
        let failed = remains.executions.count { $0.status == "failed" }
        try require(failed == job.failures + (free[job.id] ?? 0), "failures and executions agree", "\(job)")
        if job.status == .completed {
            try require(remains.executions.last?.status == "completed", "job and execution agree", "\(job)")
        }
        try require(remains.transcripts == (job.status == .completed ? 1 : 0), "a completed job has a transcript", "\(job)")
        let expected = job.status.isTerminal ? [] : (pieces[job.id] ?? []).sorted()
        try require(
            remains.pieces == expected,
            "finished pieces are kept until the end",
            "\(job): \(remains.pieces), \(expected)"
        )
    }
}

extension JobState {
    static func isBefore(_ a: JobState, _ b: JobState) -> Bool {
        (-a.priority, a.queuedAt, a.createdAt, a.id.text) < (-b.priority, b.queuedAt, b.createdAt, b.id.text)
    }
}

extension Oracle.Cause {
    /// Whether what hangs on a job has to be looked at although its row is the same.
    func touches(_ job: TranscriptionID) -> Bool {
        if case .write(let operation, let lease, _, _, _) = self { return lease.job == job && operation != .progress }
        return false
    }
}
