import ScriberrCore
import ScriberrQueue

/// Every rule of the queue, broken one at a time.
let allMutants: [Mutant] =
    fenceMutants + leaseMutants + stateMutants + recordMutants + processMutants + standingMutants + turnMutants

/// Writes that do not look at the attempt.
private let fenceMutants: [Mutant] =
    // A cancel is not among them: a job that was asked to stop is never claimed again, so it has no later attempt.
    [StoreOperation.complete, .fail, .release, .progress, .checkpoint].map { operation in
        Mutant(name: "\(operation.rawValue) is not fenced by the attempt").amongTheDead {
            // A successor that finds every piece is done at once, and nothing can be overwritten.
            if operation == .release { ($0.shutdown, $0.lateWrites) = (0.15, 0.7) }
            guard operation == .complete else { return }
            $0.pieceIsLost = 0.9
            $0.engineFails = 0
            $0.piecesMax = 4
            $0.jobs = 9
        }.breaking(operation) { sql in
            sql.replacingRule("AND attempt = $", "AND attempt >= $")
        }
    } + [
        Mutant(name: "renew is not fenced by the attempt").amongTheDead { $0.lateWrites = 0.7 }.breaking(.renew) { sql in
            sql.replacingRule("(id, attempt) IN (VALUES", "id IN (SELECT column1 FROM (VALUES")
                .replacingRule("RETURNING", ") RETURNING")
                // What protects a later renewal of the same holder would hide most of it.
                .replacingRule("BETWEEN 0 AND 60000000", "BETWEEN 1 AND 0")
        }
    ]
    + [StoreOperation.complete, .fail, .cancel].map { operation in
        Mutant(name: "\(operation.rawValue) does not ask whether the job still runs").inPeace {
            $0.failAfter = 0.3
            $0.cancel = 0.3
            $0.engineFails = 0.3
        }.breaking(operation) { sql in
            sql.replacingRule("status = 'processing' AND", "status <> 'queued' AND")
        }
    }

/// Leases and recovery.
private let leaseMutants: [Mutant] = [
    Mutant(name: "renewals are not stored").breaking(.renew) {
        $0.replacingRule("ELSE $2 END", "ELSE nullif(lease_expires_at, $2) END")
    },
    Mutant(name: "a late renewal takes back a later one").inPeace {
        $0.seats = 3
        $0.lateWrites = 0.4
    }.breaking(.renew) {
        $0.replacingRule("BETWEEN 0 AND 60000000", "BETWEEN 1 AND 0")
    },
    Mutant(name: "a late sign of life takes back a later one").amongTheDead { $0.late = 0.15 }.breaking(.heartbeat, .register) {
        $0.replacingRule("BETWEEN 0 AND 60000000", "BETWEEN 1 AND 0")
    },
    Mutant(name: "nobody recovers what the dead left").dropping { if case .call(_, .recover) = $0 { true } else { false } },
    Mutant(name: "recovery does not look at leases").breaking(.recover) {
        $0.replacingRule("job.lease_expires_at <= $1 OR", "job.lease_expires_at <= $1 OR 1 OR")
    },
    Mutant(name: "a live process is taken for dead").breaking(.recover) {
        $0.replacingRule("owner.seen_at < $3", "owner.seen_at < 7500000 + $3")
    },
    Mutant(name: "recovery charges a failure").breaking(.recover) {
        $0.replacingRule("failures = failures + $4", "failures = failures + 1 + $4")
    },
    Mutant(name: "a recording that is away costs an attempt").inPeace { $0.recordingIsAway = 0.3 }.breaking(.fail) {
        $0.replacingRule("failures = failures + $4", "failures = failures + max(1, $4)")
    },
    Mutant(name: "recovery does not count crashes").breaking(.recover) {
        $0.replacingRule("crashes = crashes + $5", "crashes = crashes + 0 * $5")
    },
    Mutant(name: "a release counts as a crash").breaking(.release) {
        $0.replacingRule("crashes = crashes + $5", "crashes = crashes + 1 + $5")
    },
    Mutant(name: "a job that is put back loses its place").breaking(.release, .recover, .fail) {
        $0.replacingRule("SET status = 'queued', stage = $1", "SET status = 'queued', queued_at = updated_at + 1, stage = $1")
    },
    Mutant(name: "a process goes on after its lease has ended") { $0.leaseMargin = .zero - $0.leaseTimeout },
    Mutant(name: "a process does not hear that its lease is lost").inPeace { $0.delete = 0.2 }.hearing { event in
        switch event {
        case .refused: return nil
        case .answered(let id, .renewed(let leases)):
            let kept = leases.map { LeaseAnswer(lease: $0.lease, fenced: $0.fenced == .leaseLost ? .applied : $0.fenced) }
            return .answered(id, .renewed(kept))
        default: return event
        }
    },
    Mutant(name: "a process does not renew").inPeace { _ in }.dropping { if case .call(_, .renew) = $0 { true } else { false } },
    Mutant(name: "a process does not say that it lives").dropping { if case .call(_, .heartbeat) = $0 { true } else { false } },
]

/// States, times and order.
private let stateMutants: [Mutant] = [
    Mutant(name: "a claim does not raise the attempt").breaking(.claim) {
        $0.replacingRule("attempt = attempt + 1", "attempt = max(attempt, 1)")
    },
    Mutant(name: "a retry does not wait").breaking(.claim) {
        $0.replacingRule("run_after <= $1", "run_after <= 9999999999 + $1")
    },
    Mutant(name: "the last in line goes first").breaking(.claim) {
        $0.replacingRule("DESC, queued_at, created_at, id", "DESC, queued_at DESC, created_at, id")
    },
    Mutant(name: "priority is not looked at").breaking(.claim) {
        $0.replacingRule("ORDER BY priority DESC, queued_at", "ORDER BY queued_at")
    },
    Mutant(name: "a claim gives more than it was asked for").breaking(.claim) {
        $0.replacingRule("created_at, id LIMIT $", "created_at, id LIMIT 1 + $")
    },
    Mutant(name: "the limit per owner is not looked at").inPeace { $0.maxRunningPerOwner = 1 }.breaking(.claim) {
        $0.replacingRule("busy.status = 'processing')", "busy.status = 'completed' AND busy.attempt > 9)")
    },
    Mutant(name: "a cancel is not remembered").breaking(.requestCancel) {
        $0.replacingRule("SET cancel_requested_at = $1, updated_at", "SET cancel_requested_at = nullif($1, $1), updated_at")
    },
    Mutant(name: "a canceled job is put back").breaking(.fail, .release, .recover) {
        $0.replacingRule("SELECT owner, cancel_requested_at,", "SELECT owner, NULL AS cancel_requested_at,")
    },
    Mutant(name: "a job that crashes again and again is quarantined too soon").breaking(.recover) {
        $0.replacingRule("charge, started_at, crashes", "charge, started_at, crashes + 3 AS crashes")
    },
    Mutant(name: "a cancel is not heard").inPeace { $0.cancel = 0.2 }.hearing { event in
        switch event {
        case .cancelRequested: return nil
        case .answered(let id, .renewed(let leases)):
            let deaf = leases.map { LeaseAnswer(lease: $0.lease, fenced: $0.fenced == .leaseLost ? .leaseLost : .applied) }
            return .answered(id, .renewed(deaf))
        default: return event
        }
    },
]

/// What goes with a transition in its transaction.
private let recordMutants: [Mutant] =
    [StoreOperation.complete, .fail, .cancel, .release, .recover].map { operation in
        Mutant(name: "\(operation.rawValue) forgets the execution").changing(operation) { sql in
            sql.contains("UPDATE executions") ? .skip : .run(sql)
        }
    }
    + [StoreOperation.create, .claim, .complete, .fail, .release, .recover, .requestCancel].map { operation in
        Mutant(name: "\(operation.rawValue) forgets the event").changing(operation) { sql in
            sql.contains("INSERT INTO events") ? .skip : .run(sql)
        }
    } + [
        Mutant(name: "complete tells its event twice").changing(.complete) {
            $0.contains("INSERT INTO events") ? .twice : .run($0)
        },
        Mutant(name: "complete forgets the transcript").changing(.complete) {
            $0.contains("INSERT INTO transcripts") ? .skip : .run($0)
        },
        Mutant(name: "complete keeps the checkpoints").changing(.complete) {
            $0.contains("DELETE FROM checkpoints") ? .skip : .run($0)
        },
        Mutant(name: "recovery drops the checkpoints").changing(.recover) {
            $0.contains("SET status = 'queued'") ? .then("DELETE FROM checkpoints") : .run($0)
        },
        Mutant(name: "release drops the checkpoints").changing(.release) {
            $0.contains("SET status = 'queued'") ? .then("DELETE FROM checkpoints") : .run($0)
        },
        Mutant(name: "a deleted job drags another along").changing(.delete) {
            $0.contains("DELETE FROM transcriptions")
                ? .then("DELETE FROM transcriptions WHERE id IN (SELECT id FROM transcriptions LIMIT 1)") : .run($0)
        },
    ]

/// What a process makes of what it hears.
private let processMutants: [Mutant] = [
    Mutant(name: "a process claims more than it has slots for").acting { action in
        guard case .call(let id, .claim(var request)) = action else { return [action] }
        request.count += 1
        return [.call(id, .claim(request))]
    },
    Mutant(name: "a shutdown cancels what runs").inPeace { $0.shutdown = 0.05 }.acting { action in
        guard case .call(let id, .finish(let lease, .release, let now)) = action else { return [action] }
        return [.call(id, .finish(lease, .cancel, at: now))]
    },
    Mutant(name: "a shutdown leaves its jobs behind").inPeace { $0.shutdown = 0.05 }.acting { action in
        guard case .call(_, .finish(_, .release, _)) = action else { return [action] }
        return []
    },
    Mutant(name: "a result whose write failed is thrown away").inPeace { $0.failEnds = 0.14 }.hearing { event in
        guard case .answered(let id, .failed) = event else { return event }
        return .answered(id, .finished(.applied))
    },
    Mutant(name: "a process works on without being told to stop").amongTheDead().dropping {
        if case .stop = $0 { true } else { false }
    },
    Mutant(name: "a handler that was left behind still writes").inPeace {
        $0.engineIsDeaf = 0.5
        $0.cancel = 0.3
    }.dropping {
        if case .abandon = $0 { true } else { false }
    },
    Mutant(name: "a process never says goodbye").dropping { if case .stopped = $0 { true } else { false } },
    Mutant(name: "a process does not ask for work").dropping { if case .call(_, .claim) = $0 { true } else { false } },
]

/// Claims that stand until a job comes.
private let standingMutants: [Mutant] = [
    Mutant(name: "a process does not hear that its standing claim was taken").inPeace { _ in }.hearing { event in
        if case .taken = event { nil } else { event }
    },
    Mutant(name: "a standing claim that failed leaves something behind").inPeace { $0.failBefore = 0.3 }.changing(.claim) {
        $0.hasPrefix("ROLLBACK TO") ? .skip : .run($0)
    },
    Mutant(name: "the lease of a standing claim is counted from its answer").counting,
]

/// Ends and a claim in one transaction.
private let turnMutants: [Mutant] = [
    Mutant(name: "a claim that failed takes the ends along that it came with").inPeace { $0.failBefore = 0.3 }.changing(.claim) {
        .run($0.replacingRule("ROLLBACK TO joined", "ROLLBACK TO turn"))
    }
]

extension Mutant {
    /// Lives where requests outlive their leases.
    fileprivate func amongTheDead(_ change: @escaping @Sendable (inout Plan) -> Void = { _ in }) -> Mutant {
        var copy = self
        copy.plan = {
            $0.raiseTheDead(1)
            change(&$0)
        }
        return copy
    }

    /// Lives where nothing happens but what `disturb` says.
    fileprivate func inPeace(_ disturb: @escaping @Sendable (inout Plan) -> Void) -> Mutant {
        var copy = self
        copy.plan = {
            $0.keepCalm()
            disturb(&$0)
        }
        return copy
    }

    /// Rewrites statements of some operations.
    fileprivate func breaking(_ operations: StoreOperation..., by rewrite: @escaping @Sendable (String) -> String) -> Mutant {
        var copy = self
        copy.statement = { operation, sql in .run(operations.contains(operation) ? rewrite(sql) : sql) }
        return copy
    }

    /// Skips, repeats or follows up statements of an operation.
    fileprivate func changing(_ wanted: StoreOperation, _ change: @escaping @Sendable (String) -> StatementChange) -> Mutant {
        var copy = self
        copy.statement = { operation, sql in operation == wanted ? change(sql) : .run(sql) }
        return copy
    }

    fileprivate func acting(_ change: @escaping @Sendable (QueueAction) -> [QueueAction]) -> Mutant {
        var copy = self
        copy.action = change
        return copy
    }

    fileprivate func dropping(_ isDropped: @escaping @Sendable (QueueAction) -> Bool) -> Mutant {
        acting { isDropped($0) ? [] : [$0] }
    }

    fileprivate func hearing(_ change: @escaping @Sendable (QueueEvent) -> QueueEvent?) -> Mutant {
        var copy = self
        copy.event = change
        return copy
    }

    /// Takes a claim for one that was taken ten seconds later.
    fileprivate var counting: Mutant {
        amongTheDead { $0.late = 0.15 }.hearing { event in
            guard case .taken(let id, let moment) = event else { return event }
            return .taken(id, Moment(instant: moment.instant + .seconds(10), wall: moment.wall))
        }
    }

    /// A mutant of the configuration.
    fileprivate init(name: String, _ configure: @escaping @Sendable (inout QueueConfiguration) -> Void) {
        self.init(name: name)
        configuration = configure
    }

    fileprivate init(name: String, seeds: Int) {
        self.init(name: name)
        self.seeds = seeds
    }
}

extension String {
    /// The statement with a rule taken out. A statement that does not have the rule stays as it is.
    fileprivate func replacingRule(_ rule: String, _ broken: String) -> String {
        split(separator: rule, omittingEmptySubsequences: false).joined(separator: broken)
    }
}
