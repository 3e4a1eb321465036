import GRDB
import GRDBSQLite

/// The row that a statement stands on, its values still with SQLite.
final class StatementRow: SQLRow {
    private let prepared: Statement
    private let statement: OpaquePointer
    private var columns: ColumnNames?

    init(_ prepared: Statement) {
        self.prepared = prepared
        statement = prepared.sqliteStatement
    }

    func value(_ column: String) -> SQLValue {
        let names = columns ?? ColumnNames(prepared.columnNames)
        columns = names
        return value(at: names.index(of: column))
    }

    func value(at place: Int) -> SQLValue { SQLValue(statement, CInt(place)) }

    func optionalInteger(at place: Int) throws -> Int64? {
        switch sqlite3_column_type(statement, CInt(place)) {
        case SQLITE_NULL: nil
        case SQLITE_INTEGER: sqlite3_column_int64(statement, CInt(place))
        default: throw unexpected(at: place)
        }
    }

    func optionalReal(at place: Int) throws -> Double? {
        switch sqlite3_column_type(statement, CInt(place)) {
        case SQLITE_NULL: nil
        case SQLITE_INTEGER, SQLITE_FLOAT: sqlite3_column_double(statement, CInt(place))
        default: throw unexpected(at: place)
        }
    }

    func optionalText(at place: Int) throws -> String? {
        switch sqlite3_column_type(statement, CInt(place)) {
        case SQLITE_NULL: nil
        case SQLITE_TEXT: String(statement, textAt: CInt(place))
        default: throw unexpected(at: place)
        }
    }
}

extension SQLValue {
    /// The value of a column of the row that `statement` stands on.
    init(_ statement: OpaquePointer, _ place: CInt) {
        switch sqlite3_column_type(statement, place) {
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, place))
        case SQLITE_FLOAT: self = .real(sqlite3_column_double(statement, place))
        case SQLITE_TEXT: self = .text(String(statement, textAt: place))
        case SQLITE_BLOB:
            guard let start = sqlite3_column_blob(statement, place) else {
                self = .blob([])
                return
            }
            let count = Int(sqlite3_column_bytes(statement, place))
            self = .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: self = .null
        }
    }
}

extension String {
    /// The text of a column that holds one.
    fileprivate init(_ statement: OpaquePointer, textAt place: CInt) {
        guard let start = sqlite3_column_text(statement, place) else {
            self = ""
            return
        }
        let count = Int(sqlite3_column_bytes(statement, place))
        self.init(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
