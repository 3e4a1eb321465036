import GRDB
import GRDBSQLite
import ScriberrCore

/// A connection of GRDB inside one access. Statements are prepared once per connection and stepped by hand, which is what
/// the hot paths cost least with.
final class SQLiteConnection: SQLConnection {
    private let database: GRDB.Database
    let signals: StoreSignals
    private var actions: [@Sendable () -> Void] = []
    private var hints: [@Sendable () -> Void] = []
    /// Whether a statement ran that may have changed something, since this was last set to false.
    var mayHaveWritten = false
    /// Whether a failure inside a statement has undone the whole transaction (disk full, I/O error).
    var lostTransaction: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Whether the last statement failed because another connection holds the lock.
    var metLock: Bool { sqlite3_errcode(handle) & 0xFF == SQLITE_BUSY }

    init(_ database: GRDB.Database, signals: StoreSignals) {
        self.database = database
        self.signals = signals
    }

    var dialect: SQLDialect { .sqlite }

    private var handle: OpaquePointer? { database.sqliteConnection }

    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try withStatement(sql, arguments) { prepared in
            let statement = prepared.sqliteStatement
            while try step(statement) {}
            return sqlite3_stmt_readonly(statement) != 0 ? 0 : Int(sqlite3_changes(handle))
        }
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [any SQLRow] {
        try withStatement(sql, arguments) { prepared in
            let statement = prepared.sqliteStatement
            var rows: [any SQLRow] = []
            guard try step(statement) else { return rows }
            // Read from SQLite once per statement, not once per answer.
            let names = prepared.columnNames
            let columns = ColumnNames(names)
            repeat {
                rows.append(AnswerRow(columns: columns, values: (0..<CInt(names.count)).map { SQLValue(statement, $0) }))
            } while try step(statement)
            return rows
        }
    }

    func each(_ sql: String, _ arguments: [SQLValue], _ body: (any SQLRow) throws -> Void) throws {
        try withStatement(sql, arguments) { prepared in
            let row = StatementRow(prepared)
            while try step(prepared.sqliteStatement) { try body(row) }
        }
    }

    /// How many pages went to the log since this was last asked.
    func takeWrittenPages() -> Int {
        var (pages, most) = (CInt(0), CInt(0))
        sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &most, 1)
        return Int(pages)
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }

    func beforeCommit(_ hint: @escaping @Sendable () -> Void) { hints.append(hint) }

    /// Whether there is something to hint at.
    var bringsWork: Bool { !hints.isEmpty }

    /// Gives the hints of what is about to be committed, and answers whether there were any. One that is given in vain does no harm.
    func giveHints() -> Bool {
        defer { hints = [] }
        for hint in hints { hint() }
        return !hints.isEmpty
    }

    /// How many actions wait for the commit: a place to return to with ``dropActions(beyond:)``.
    var actionCount: Int { actions.count }

    /// Forgets the actions of a write that was undone, and all hints.
    func dropActions(beyond count: Int) {
        actions.removeSubrange(count...)
        hints = []
    }

    /// The actions that the commit sets free, in order.
    func takeActions() -> [@Sendable () -> Void] {
        defer { actions = [] }
        return actions
    }

    private func withStatement<Value>(
        _ sql: String,
        _ arguments: [SQLValue],
        _ body: (Statement) throws -> Value
    ) throws -> Value {
        let prepared: Statement
        do {
            prepared = try database.cachedStatement(sql: sql)
        } catch {
            throw storageError(error)
        }
        let statement = prepared.sqliteStatement
        precondition(
            sqlite3_bind_parameter_count(statement) == arguments.count,
            "A statement got \(arguments.count) arguments: \(sql)"
        )
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        if sqlite3_stmt_readonly(statement) == 0 { mayHaveWritten = true }
        for (index, argument) in arguments.enumerated() { try bind(argument, to: statement, at: CInt(index + 1)) }
        return try body(prepared)
    }

    private func step(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw failure(code: code)
        }
    }

    private func bind(_ value: SQLValue, to statement: OpaquePointer, at index: CInt) throws {
        let code =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .integer(let number): sqlite3_bind_int64(statement, index, number)
            case .real(let number): sqlite3_bind_double(statement, index, number)
            case .text(let text):
                sqlite3_bind_text64(
                    statement,
                    index,
                    text,
                    sqlite3_uint64(text.utf8.count),
                    transient,
                    UInt8(SQLITE_UTF8)
                )
            case .blob(let bytes):
                // A nil pointer would bind NULL instead of no bytes.
                bytes.isEmpty
                    ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob64(statement, index, bytes, sqlite3_uint64(bytes.count), transient)
            }
        guard code == SQLITE_OK else { throw failure(code: code) }
    }

    private func failure(code: CInt) -> ScriberrError {
        sqliteError(code: sqlite3_extended_errcode(handle), text: String(cString: sqlite3_errmsg(handle)), fallback: code)
    }
}

/// Tells SQLite to copy what it is given.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
