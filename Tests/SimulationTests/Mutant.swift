import ScriberrCore
import ScriberrQueue
import ScriberrStore

/// A rule broken on purpose, to see that the simulation notices.
struct Mutant: Sendable {
    /// What is broken, as a sentence.
    let name: String
    /// Within how many seeds it has to be caught.
    var seeds = 60
    /// Changes a statement of the given kind of store call before it runs.
    var statement: (@Sendable (StoreOperation, String) -> StatementChange)?
    /// Changes what a machine wants done before it is done; an empty answer drops it.
    var action: (@Sendable (QueueAction) -> [QueueAction])?
    /// Changes what a machine hears.
    var event: (@Sendable (QueueEvent) -> QueueEvent?)?
    /// Changes how processes are set up.
    var configuration: (@Sendable (inout QueueConfiguration) -> Void)?

    /// Makes the situation frequent in which the rule matters.
    var plan: (@Sendable (inout Plan) -> Void)?

    init(name: String) { self.name = name }
}

/// The kinds of store calls.
enum StoreOperation: String, Sendable, Hashable {
    case create, requestCancel, delete, register, heartbeat, unregister, claim, renew, recover
    case progress, checkpoint, checkpoints, complete, fail, cancel, release
}

/// What becomes of a statement.
enum StatementChange {
    case run(String)
    case skip
    case twice
    /// Runs it, then another one without arguments.
    case then(String)
}

/// A connection that runs a mutant's statements instead of the real ones.
struct MutantConnection: SQLConnection {
    let base: any SQLConnection
    let operation: StoreOperation
    let change: @Sendable (StoreOperation, String) -> StatementChange

    var dialect: SQLDialect { base.dialect }
    var signals: StoreSignals { base.signals }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        switch change(operation, sql) {
        case .run(let sql): return try base.execute(sql, arguments)
        case .skip: return 0
        case .twice:
            try base.execute(sql, arguments)
            return try base.execute(sql, arguments)
        case .then(let next):
            let count = try base.execute(sql, arguments)
            try base.execute(next, [])
            return count
        }
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [any SQLRow] {
        switch change(operation, sql) {
        case .run(let sql): return try base.query(sql, arguments)
        case .skip: return []
        case .twice:
            _ = try base.query(sql, arguments)
            return try base.query(sql, arguments)
        case .then(let next):
            let rows = try base.query(sql, arguments)
            try base.execute(next, [])
            return rows
        }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { base.afterCommit(action) }
}
