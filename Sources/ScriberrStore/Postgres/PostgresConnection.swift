import ScriberrCore

/// One transaction on a session. It begins with the first statement whose answer is asked for, and travels in as few messages as
/// its answers allow: statements that nobody asks about travel with the end, and need no `BEGIN` and `COMMIT` around them, since
/// what lies before one sync of a pipeline is one transaction.
final class PostgresConnection: SQLConnection {
    private let session: PostgresSession
    private let isReading: Bool
    let signals: StoreSignals
    private var actions: [@Sendable () -> Void] = []
    /// Statements that were not sent yet: nobody needs their answers, and they may be all there is.
    private var pending: [(sql: String, arguments: [SQLValue])] = []
    private var queued = 0
    private var hasBegun = false
    private var horizon: Int64?
    /// Whether the server may have made the transaction durable without our knowing.
    private(set) var mayHaveCommitted = false

    private static let queuedMax = 64

    init(_ session: PostgresSession, isReading: Bool, signals: StoreSignals) {
        self.session = session
        self.isReading = isReading
        self.signals = signals
    }

    var dialect: SQLDialect { .postgres }

    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int { try answer(sql, arguments).count }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [any SQLRow] { try answer(sql, arguments).rows }

    func queries(_ statements: [(sql: String, arguments: [SQLValue])]) throws -> [[any SQLRow]] {
        for statement in statements { try send(statement.sql, statement.arguments) }
        return try finish().suffix(statements.count).map(\.rows)
    }

    func perform(_ sql: String, _ arguments: [SQLValue]) throws {
        if !hasBegun, pending.count < Self.queuedMax {
            pending.append((sql, arguments))
            return
        }
        try send(sql, arguments)
        // The server's answers must find room while we still send.
        if queued >= Self.queuedMax { _ = try finish() }
    }

    func queryWhole(_ sql: String, _ arguments: [SQLValue]) throws -> [any SQLRow] {
        precondition(!hasBegun && pending.isEmpty && !isReading, "A whole transaction has one statement.")
        return try endInOne([(sql, arguments)]).last?.rows ?? []
    }

    /// The same with columns of many rows as its arguments.
    func queryWhole(_ sql: String, columns: [PostgresArray]) throws -> [any SQLRow] {
        precondition(!hasBegun && pending.isEmpty && !isReading, "A whole transaction has one statement.")
        try session.send(sql, columns)
        return try endInOne([]).last?.rows ?? []
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }

    func eventHorizon() throws -> Int64? {
        if let horizon { return horizon }
        // A reader's view must be younger than the horizon: what was committed in between would be skipped for ever.
        if !pending.isEmpty { try begin() }
        precondition(!isReading || !hasBegun, "The event log must be the first thing that a reading transaction looks at.")
        try session.send(EventHorizon.lastNumber, [SQLValue]())
        try session.send(EventHorizon.leastOpen, [SQLValue]())
        let answers = try finish()
        guard let last = try answers.dropLast().last?.rows.first?.integer("last") else { return nil }
        let open = try answers.last?.rows.first?.optionalInteger("open")
        horizon = min(last, open ?? last)
        return horizon
    }

    /// Makes the transaction durable and answers what waited for that.
    func commit() throws -> [@Sendable () -> Void] {
        guard hasBegun else {
            if !pending.isEmpty { _ = try endInOne(pending) }
            pending = []
            return actions
        }
        if isReading {
            try session.send("COMMIT", [SQLValue]())
            // Nothing depends on its answer, which the next transaction reads.
            try session.flush()
        } else {
            _ = try endInOne([("COMMIT", [])])
        }
        hasBegun = false
        return actions
    }

    /// Sends what makes the transaction durable.
    private func endInOne(_ statements: [(sql: String, arguments: [SQLValue])]) throws -> [PostgresAnswer] {
        for statement in statements { try session.send(statement.sql, statement.arguments) }
        mayHaveCommitted = true
        do {
            return try session.finish()
        } catch let failure as PostgresFailure {
            // An answer, even a bad one, is knowledge.
            if !session.isLost { mayHaveCommitted = false }
            throw failure
        }
    }

    /// Undoes a transaction that failed.
    func abandon() {
        guard hasBegun, !session.isLost else { return }
        // A statement that fails takes what travels behind it along, so the end travels alone.
        if queued > 0 { _ = try? finish() }
        do {
            try session.send("ROLLBACK", [SQLValue]())
            _ = try session.finish()
        } catch {
            // The session is lost, which undoes the transaction as well.
        }
    }

    private func answer(_ sql: String, _ arguments: [SQLValue]) throws -> PostgresAnswer {
        try send(sql, arguments)
        guard let answer = try finish().last else { throw PostgresFailure(state: "", text: "no answer") }
        return answer
    }

    private func send(_ sql: String, _ arguments: [SQLValue]) throws {
        try begin()
        try session.send(sql, arguments)
        queued += 1
    }

    private func begin() throws {
        guard !hasBegun else { return }
        try session.send(isReading ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN", [SQLValue]())
        hasBegun = true
        for statement in pending { try session.send(statement.sql, statement.arguments) }
        queued += pending.count
        pending = []
    }

    private func finish() throws -> [PostgresAnswer] {
        queued = 0
        return try session.finish()
    }
}

/// Up to where readers may go in the event log.
///
/// Numbers are drawn before the commit, so that a smaller one can become visible after a larger one. Each transaction that
/// draws numbers holds, until it has ended, a shared lock that says which number was the last before its own
/// (`next_event_sequence`, migration 13). Readers first ask for the last number drawn, then for the least such lock, and then
/// look at the rows: what is not in the locks by then is in the rows. Nobody waits for anybody.
enum EventHorizon {
    static let lastNumber =
        "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS last FROM events_sequence_seq"

    static let leastOpen = """
        SELECT min((classid::bigint - \(lockClass) << 32) | objid::bigint) AS open FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND classid BETWEEN \(lockClass) AND \(lockClass + 0xFFFF)
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """

    /// A part of a statement, `place`, that tells where its numbers will lie: what draws them by ``next`` reads its one row before.
    /// The default of the column would do the same, at the cost of a function for each transaction.
    static let place = """
        place AS MATERIALIZED (
            SELECT pg_advisory_xact_lock_shared((\(lockClass)::bigint << 32) + last)::text AS held FROM (\(lastNumber)) AS drawn
        )
        """

    /// Draws a number.
    static let next = "nextval('events_sequence_seq')"

    /// The high half of the locks' keys, to which the number's own high bits are added.
    static let lockClass = 0x5C1B_0000
}
