import ScriberrCore
import ScriberrQueue
import ScriberrStore

extension SimulatedStore {
    /// Makes ends, and a claim behind them, in one transaction.
    mutating func answer(_ calls: [StoreCall], _ mishap: TransactionMishap?) throws -> [StoreAnswer] {
        let failed = StoreAnswer.failed(ScriberrError(.storageFailed, "The statement failed."))
        var oracle = oracle
        do {
            let answers = try database.writeNow { connection in
                try mutated(connection, .claim).execute("SAVEPOINT turn", [])
                let answers = try calls.map { try answer($0, mishap, connection, &oracle) ?? failed }
                if mishap == .commitFails { throw Undone() }
                return answers
            }
            self.oracle = oracle
            return answers
        } catch is Undone {
            try undone()
        } catch let error as ScriberrError {
            try require(mutant != nil, "no statement is refused", "turn: \(error)")
        }
        return calls.map { _ in failed }
    }

    /// Looks whether everything is as it was.
    private mutating func undone() throws {
        var oracle = oracle
        defer { self.oracle = oracle }
        try database.writeNow { try oracle.check($0, after: .nothing) }
    }

    private func answer(
        _ call: StoreCall,
        _ mishap: TransactionMishap?,
        _ connection: any SQLConnection,
        _ oracle: inout Oracle
    ) throws -> StoreAnswer? {
        switch call {
        case .finish(let lease, let write, let now):
            let fenced = try JobSQL.finish(mutated(connection, write.operation), lease, write, at: now)
            try oracle.check(connection, after: .write(write.operation, lease, fenced, write))
            return .finished(fenced)
        case .claim(let request): return try join(connection, request, mishap, &oracle).map(StoreAnswer.claimed)
        default: return nil
        }
    }
}

extension TerminalWrite {
    /// The kind of call that makes it.
    var operation: StoreOperation {
        switch self {
        case .complete: .complete
        case .fail: .fail
        case .cancel: .cancel
        case .release: .release
        }
    }
}
