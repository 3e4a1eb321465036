public import ScriberrCore

/// A value that goes into or comes out of a statement.
public enum SQLValue: Sendable, Hashable {
    /// No value.
    case null
    /// A whole number; truth is 0 or 1, time is microseconds.
    case integer(Int64)
    /// A fraction.
    case real(Double)
    /// Text.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

/// One row of an answer; columns by name.
public protocol SQLRow {
    /// The value of a column. A column that the statement did not name is a mistake of ours and ends the process.
    func value(_ column: String) -> SQLValue
    /// The value at a place among the columns, the first of which is 0.
    func value(at place: Int) -> SQLValue
    /// A whole number by its place, nil for `NULL`. Throws `STORAGE_FAILED` for another kind.
    func optionalInteger(at place: Int) throws -> Int64?
    /// A fraction by its place, nil for `NULL`. Throws `STORAGE_FAILED` for another kind.
    func optionalReal(at place: Int) throws -> Double?
    /// A text by its place, nil for `NULL`. Throws `STORAGE_FAILED` for another kind.
    func optionalText(at place: Int) throws -> String?
}

/// A connection inside one transaction. Valid only in the closure that received it, on the thread that runs it.
///
/// Statements are written in the dialect that SQLite and PostgreSQL share, with placeholders `$1`, `$2`, … that appear in
/// this order, each once. What differs is asked of ``dialect``.
public protocol SQLConnection {
    /// Which database speaks.
    var dialect: SQLDialect { get }
    /// Who hears of what was committed.
    var signals: StoreSignals { get }
    /// Runs a statement and answers how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int
    /// Runs a statement and answers its rows (`SELECT`, or `… RETURNING …`).
    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [any SQLRow]
    /// Hands `body` one row of a `SELECT` after the other, where the database has them: nothing is copied that is not asked for.
    /// A row is valid only in the call that received it.
    func each(_ sql: String, _ arguments: [SQLValue], _ body: (any SQLRow) throws -> Void) throws
    /// Runs statements whose rows are looked at together. They travel together where that saves time; the first failure is thrown.
    func queries(_ statements: [(sql: String, arguments: [SQLValue])]) throws -> [[any SQLRow]]
    /// Runs a statement whose count nobody asks for. It may travel together with later ones; when it fails, a later statement
    /// or the commit says so.
    func perform(_ sql: String, _ arguments: [SQLValue]) throws
    /// Runs a statement that is a whole transaction: nothing was asked before it and nothing may be behind it. Where that saves
    /// time it is durable with its answer.
    func queryWhole(_ sql: String, _ arguments: [SQLValue]) throws -> [any SQLRow]
    /// Up to which sequence the event log is complete for this transaction: later entries may still have earlier ones before
    /// them that are not visible yet. Nil where that cannot be. A reading transaction asks before anything else.
    func eventHorizon() throws -> Int64?
    /// Runs `action` once the transaction is durable; never if it is rolled back. For wake-ups only.
    func afterCommit(_ action: @escaping @Sendable () -> Void)
    /// Says that the transaction brings work: claims that stand are made in it, after everything else. Where none stands, `hint` is called
    /// as soon as nothing but the commit is missing, which is where the time goes: for hints only, as the commit may still fail. What a
    /// listener asks of this database at once comes after it.
    func beforeCommit(_ hint: @escaping @Sendable () -> Void)
}

extension SQLConnection {
    /// Runs a statement now.
    public func perform(_ sql: String, _ arguments: [SQLValue]) throws { try execute(sql, arguments) }
    /// Runs one after the other.
    public func queries(_ statements: [(sql: String, arguments: [SQLValue])]) throws -> [[any SQLRow]] {
        try statements.map { try query($0.sql, $0.arguments) }
    }
    /// Reads all rows first.
    public func each(_ sql: String, _ arguments: [SQLValue], _ body: (any SQLRow) throws -> Void) throws {
        for row in try query(sql, arguments) { try body(row) }
    }
    /// Gives no hints.
    public func beforeCommit(_ hint: @escaping @Sendable () -> Void) {}
    /// One statement like another.
    public func queryWhole(_ sql: String, _ arguments: [SQLValue]) throws -> [any SQLRow] { try query(sql, arguments) }
    /// One writer at a time numbers its entries.
    public func eventHorizon() throws -> Int64? { nil }
}

/// The databases that are spoken to.
public enum SQLDialect: Sendable, Hashable {
    /// SQLite 3.40 or later.
    case sqlite
    /// PostgreSQL 15 or later.
    case postgres

    /// The function that answers the largest of its arguments.
    package var greatest: String {
        switch self {
        case .sqlite: "max"
        case .postgres: "greatest"
        }
    }

    /// The function that answers where in a text another begins, from 1; 0 for nowhere.
    package var find: String {
        switch self {
        case .sqlite: "instr"
        case .postgres: "strpos"
        }
    }
}

/// A database: transactions in, answers out. Failures are ``ScriberrError``s (`STORAGE_FULL`, `STORAGE_FAILED`) or what the
/// closure threw.
public protocol Database: Sendable {
    /// Which database it is.
    var dialect: SQLDialect { get }
    /// Runs `body` in a transaction that cannot write, on a consistent view. Must be short.
    func read<Value: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> Value) async throws -> Value
    /// Like ``read(_:)``, for a look at a few rows by an index: it may hold the caller's thread meanwhile.
    func readBriefly<Value: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> Value) async throws -> Value
    /// The same without waiting for anything: nil, without a call of `body`, where that cannot be, since no connection is free or
    /// the database lies elsewhere.
    func readAtOnce<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value?
    /// Runs `body` in a transaction and answers once it is durable. When `body` throws, its writes are undone and no one
    /// else's. Concurrent calls may share one commit. `body` runs again when the transaction has to be repeated, such as
    /// because another call in it failed; only its last run counts, so it has no effect but on the connection.
    func write<Value: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> Value) async throws -> Value
    /// Like ``write(_:)``, unless `look` already has the answer: it only reads, and takes no lock that a writer would wait
    /// for. `body` must come to the same answer by itself, since `look` is left out where the lock is held
    /// anyway or a hint told of work.
    func write<Value: Sendable>(
        unless look: @Sendable @escaping (any SQLConnection) throws -> Value?,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value
    /// Starts writes that belong together, so that they can share a commit, and waits for none of them. They are made in their order.
    func start(_ writes: [PendingWrite])
    /// Keeps a claim for transactions that bring work, for as long as the claim itself lives.
    func keep(_ standing: any StandingClaim)
    /// Waits for what runs and closes every connection.
    func close() async
}

extension Database {
    /// The one that needs no server.
    public var dialect: SQLDialect { .sqlite }

    /// Reads at once where that can be, else as ever.
    public func readBriefly<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        if let value = try readAtOnce(body) { return value }
        return try await read(body)
    }

    /// Never runs it.
    public func keep(_ standing: any StandingClaim) {}

    /// Makes each by itself.
    public func start(_ writes: [PendingWrite]) {
        // Each ends by telling its caller.
        for write in writes { Task.immediate { await write.make(on: self) } }
    }

    /// Never at once.
    public func readAtOnce<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value? { nil }

    /// Looks on a connection that reads, then writes.
    public func write<Value: Sendable>(
        unless look: @Sendable @escaping (any SQLConnection) throws -> Value?,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        if let answer = try await read(look) { return answer }
        return try await write(body)
    }
}
