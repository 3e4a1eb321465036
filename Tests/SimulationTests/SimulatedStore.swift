import ScriberrCore
import ScriberrQueue
import ScriberrStore

/// The real statements on a real database, each call followed by the oracle's look at the tables.
struct SimulatedStore {
    let database: any InlineDatabase
    let mutant: Mutant?
    var oracle: Oracle

    /// The true time.
    var present: Timestamp {
        get { oracle.present }
        set { oracle.present = newValue }
    }

    /// Empties `database` and uses it: making a new one would cost more than living through a seed.
    init(_ database: any InlineDatabase, owners: Int, mutant: Mutant?, hasSteadyClocks: Bool) throws {
        self.database = database
        self.mutant = mutant
        oracle = Oracle(hasSteadyClocks: hasSteadyClocks)
        try database.writeNow { connection in
            let counters = connection.dialect == .sqlite ? ["sqlite_sequence"] : []
            for table in ["transcriptions", "events", "instances", "queue_lanes", "queue_speed", "users"] + counters {
                try connection.execute("DELETE FROM \(table)", [])
            }
            try connection.execute("UPDATE queue_clock SET virtual_time = 0, lanes_kept = 0", [])
            for owner in 1...owners { try Self.addOwner(connection, owner) }
        }
    }

    private static func addOwner(_ connection: any SQLConnection, _ number: Int) throws {
        try connection.execute(
            """
            INSERT INTO users (id, username, username_folded, password_hash, role, created_at, updated_at)
            VALUES ($1, $2, $3, '', 'user', 0, 0)
            """,
            [.int(number), .text("user\(number)"), .text("user\(number)")]
        )
    }

    // MARK: Clients

    /// Puts a job in and makes the claim that stands in the same transaction. Nil when there was none, or it failed.
    mutating func create(_ job: Transcription, standing: ClaimRequest?, _ mishap: TransactionMishap?) throws -> ClaimAnswer? {
        var oracle = oracle
        do {
            let answer = try database.writeNow { connection in
                try JobSQL.enqueue(mutated(connection, .create), job, blobKey: "blob")
                try oracle.check(connection, after: .create(job.id))
                let answer = try standing.flatMap { try join(connection, $0, mishap, &oracle) }
                if mishap == .commitFails { throw Undone() }
                return answer
            }
            self.oracle = oracle
            return answer
        } catch is Undone {
            oracle = self.oracle
            defer { self.oracle = oracle }
            try database.writeNow { try oracle.check($0, after: .nothing) }
            return nil
        } catch let error as ScriberrError {
            try require(mutant != nil, "no statement is refused", "create: \(error)")
            return nil
        }
    }

    func join(
        _ connection: any SQLConnection,
        _ request: ClaimRequest,
        _ mishap: TransactionMishap?,
        _ oracle: inout Oracle
    ) throws -> ClaimAnswer? {
        let claiming = mutated(connection, .claim)
        try claiming.execute("SAVEPOINT joined", [])
        let answer = try JobSQL.claim(claiming, request)
        guard mishap == .claimFails else {
            try oracle.check(connection, after: .claim(request, answer))
            return answer
        }
        try claiming.execute("ROLLBACK TO joined", [])
        try oracle.check(connection, after: .nothing)
        return nil
    }

    func mutated(_ connection: any SQLConnection, _ operation: StoreOperation) -> any SQLConnection {
        guard let change = mutant?.statement else { return connection }
        return MutantConnection(base: connection, operation: operation, change: change)
    }

    mutating func requestCancel(_ job: TranscriptionID, owner: UserID, at now: Timestamp) throws -> CancelAnswer? {
        try write(.requestCancel) {
            try JobSQL.requestCancel($0, job, owner: owner, at: now)
        } then: {
            .requestCancel(job, $0)
        }
    }

    mutating func delete(_ job: TranscriptionID, owner: UserID, at now: Timestamp) throws -> DeletedJob? {
        try write(.delete) {
            try JobSQL.delete($0, job, owner: owner, at: now)
        } then: { _ in
            .delete(job)
        }?.flatMap { $0 }
    }

    // MARK: Processes

    mutating func answer(_ call: StoreCall, from record: InstanceRecord) throws -> StoreAnswer {
        let failed = StoreAnswer.failed(ScriberrError(.storageFailed, "The statement failed."))
        switch call {
        case .register(let now):
            var record = record
            record.startedAt = now
            let registered = record
            let done: Void? = try write(.register) {
                try InstanceSQL.register($0, registered)
            } then: { _ in
                .register(registered)
            }
            return done == nil ? failed : .done
        case .heartbeat(let now):
            let done: Void? = try write(.heartbeat) {
                try InstanceSQL.heartbeat($0, record.id, at: now)
            } then: { _ in
                .heartbeat(record.id, now)
            }
            return done == nil ? failed : .done
        case .unregister:
            let done: Void? = try write(.unregister) {
                try InstanceSQL.unregister($0, record.id)
            } then: { _ in
                .unregister(record.id)
            }
            return done == nil ? failed : .done
        case .claim(let request): return try claim(request).map(StoreAnswer.claimed) ?? failed
        case .renew(let leases, let expiry, _):
            let answers = try write(.renew) {
                try JobSQL.renew($0, leases, until: expiry)
            } then: {
                .renew(leases, until: expiry, $0)
            }
            return answers.map(StoreAnswer.renewed) ?? failed
        case .recover(let request):
            let answers = try write(.recover) {
                try JobSQL.recover($0, request)
            } then: {
                .recover(request, $0)
            }
            return answers.map(StoreAnswer.recovered) ?? failed
        case .finish(let lease, let end, let now): return try finish(lease, end, now).map(StoreAnswer.finished) ?? failed
        }
    }

    private mutating func claim(_ request: ClaimRequest) throws -> ClaimAnswer? {
        let look = try database.readNow { try JobSQL.look($0, request) }
        guard look.hasWork else {
            let empty = ClaimAnswer(jobs: [], nextDue: look.nextDue)
            var oracle = oracle
            defer { self.oracle = oracle }
            try database.writeNow { try oracle.check($0, after: .claim(request, empty)) }
            return empty
        }
        return try write(.claim) {
            try JobSQL.claim($0, request)
        } then: {
            .claim(request, $0)
        }
    }

    private mutating func finish(_ lease: Lease, _ end: TerminalWrite, _ now: Timestamp) throws -> Fenced? {
        try write(end.operation) {
            try JobSQL.finish($0, lease, end, at: now)
        } then: {
            .write(end.operation, lease, $0, end)
        }
    }

    // MARK: Handlers

    mutating func progress(_ lease: Lease, _ report: ProgressReport, at now: Timestamp) throws -> Fenced? {
        try write(.progress) {
            try JobSQL.progress($0, lease, report, at: now)
        } then: {
            .write(.progress, lease, $0)
        }
    }

    mutating func checkpoint(_ lease: Lease, piece: Int, at now: Timestamp) throws -> Fenced? {
        let checkpoint = Checkpoint(
            step: "transcribe",
            piece: piece,
            fingerprint: "f",
            payload: [UInt8(truncatingIfNeeded: piece)]
        )
        return try write(.checkpoint) {
            try JobSQL.checkpoint($0, lease, checkpoint, at: now)
        } then: {
            .write(.checkpoint, lease, $0, piece: piece)
        }
    }

    /// The pieces that an attempt finds when it starts, which have to be those that were ever accepted.
    func checkpoints(_ lease: Lease) throws -> [Int] {
        let found = try database.readNow { connection in
            try JobSQL.checkpoints(connection, lease.job, step: "transcribe", fingerprint: "f").map(\.piece)
        }
        if oracle.holds(lease) {
            let expected = (oracle.pieces[lease.job] ?? []).sorted()
            try require(found == expected, "an attempt goes on behind the last piece", "\(lease): \(found), \(expected)")
        }
        return found
    }

    // MARK: Transactions

    /// Runs a transaction with the mutant's statements, if any, then lets the oracle look. Nil when a mutant's statement was
    /// refused; without a mutant no statement may be.
    private mutating func write<Value>(
        _ operation: StoreOperation,
        _ body: (any SQLConnection) throws -> Value,
        then cause: (Value?) -> Oracle.Cause
    ) throws -> Value? {
        // The oracle is copied out, because a closure may not change what it is stored in.
        var oracle = oracle
        defer { self.oracle = oracle }
        do {
            return try database.writeNow { connection in
                let value = try body(mutated(connection, operation))
                try oracle.check(connection, after: cause(value))
                return value
            }
        } catch let error as ScriberrError {
            try require(mutant != nil, "no statement is refused", "\(operation): \(error)")
            return nil
        }
    }
}

/// What can go wrong when a claim shares a transaction.
enum TransactionMishap {
    case claimFails
    case commitFails
}

/// Undoes a transaction.
struct Undone: Error {}
