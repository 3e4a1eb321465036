import GRDB
import GRDBSQLite
import ScriberrCore

/// What a failure of SQLite is to the rest of the program. The detail has SQLite's code and text, never a statement's arguments.
func storageError(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    return sqliteError(code: error.extendedResultCode.rawValue, text: error.message ?? "", fallback: SQLITE_ERROR)
}

/// The error for an extended result code; `fallback` is used where SQLite has already forgotten what went wrong.
func sqliteError(code: CInt, text: String, fallback: CInt) -> ScriberrError {
    let code = code & 0xFF == SQLITE_OK ? fallback : code
    let detail = "SQLite \(code): \(text)"
    return switch code & 0xFF {
    case SQLITE_FULL:
        ScriberrError(.storageFull, "There is no room left to store this.", detail: detail)
    case SQLITE_CORRUPT, SQLITE_NOTADB:
        ScriberrError(
            .storageFailed,
            "The database is damaged. Stop the server and restore a backup.",
            disposition: .permanent,
            detail: detail
        )
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN:
        ScriberrError(.storageFailed, "The database cannot be used.", disposition: .permanent, detail: detail)
    case SQLITE_CONSTRAINT, SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_MISMATCH:
        ScriberrError(.storageFailed, "The database refused a change.", disposition: .permanent, detail: detail)
    default:
        ScriberrError(.storageFailed, "The database failed for a moment.", detail: detail)
    }
}

/// The error of a call that came after ``Database/close()``.
func closedError() -> ScriberrError {
    ScriberrError(.serviceUnavailable, "The database is closed.")
}
