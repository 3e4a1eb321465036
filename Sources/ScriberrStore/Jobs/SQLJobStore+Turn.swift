package import ScriberrCore

extension SQLJobStore {
    /// On SQLite the parts of a turn share a transaction: their pages are written once and the disk is waited for once. The claim, which
    /// comes last, finds the places that the ends have just freed. On PostgreSQL each part shares a statement with others of its kind.
    package func start(_ turn: Turn) {
        guard rounds == nil else { return startApart(turn) }
        var writes = turn.ends.map { end in
            PendingWrite(answer: end.answer) { try JobSQL.finish($0, end.lease, end.write, at: end.at) }
        }
        if let claim = turn.claim {
            let request = claim.request
            let look: @Sendable (any SQLConnection) throws -> ClaimAnswer? = { try JobSQL.emptyAnswer($0, request) }
            writes.append(PendingWrite(unless: look, answer: claim.answer) { try JobSQL.claim($0, request) })
        }
        database.start(writes)
    }
}

extension JobSQL {
    /// Ends an attempt as `write` says.
    package static func finish(
        _ connection: any SQLConnection,
        _ lease: Lease,
        _ write: TerminalWrite,
        at now: Timestamp
    ) throws -> Fenced {
        switch write {
        case .complete(let result): try complete(connection, lease, result, at: now)
        case .fail(let failure, let retryAt): try fail(connection, lease, failure, retryAt: retryAt, at: now)
        case .cancel: try cancel(connection, lease, at: now)
        case .release: try release(connection, lease, at: now)
        }
    }

    /// The answer to a claim that would find nothing; nil for one that would.
    static func emptyAnswer(_ connection: any SQLConnection, _ request: ClaimRequest) throws -> ClaimAnswer? {
        let look = try look(connection, request)
        return look.hasWork ? nil : ClaimAnswer(jobs: [], nextDue: look.nextDue)
    }
}
