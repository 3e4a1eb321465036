import ScriberrCore

/// What went wrong with a statement or a session, as the server or libpq tells it.
struct PostgresFailure: Error {
    /// The five characters of SQLSTATE; empty when the session itself failed.
    var state: String
    /// The text for the log. Never holds a statement's arguments: those are not in the primary message's own words, and
    /// the server's `DETAIL` is not read.
    var text: String

    /// The session is gone or about to be.
    var isLoss: Bool {
        state.isEmpty || state.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(state)
    }

    /// The transaction met another one and was undone; done once more it may succeed.
    var isConflict: Bool { state == "40001" || state == "40P01" }

    /// The failure for the rest of the program.
    var error: ScriberrError {
        let detail = "PostgreSQL \(state.isEmpty ? "session" : state): \(text)"
        return switch true {
        case state == "53100":
            ScriberrError(.storageFull, "There is no room left to store this.", detail: detail)
        case isLoss, isConflict, state.hasPrefix("53"), state.hasPrefix("55"), state.hasPrefix("57"), state.hasPrefix("58"):
            ScriberrError(.storageFailed, "The database failed for a moment.", detail: detail)
        case ["28", "3D", "42501", "25006"].contains(where: state.hasPrefix), state.hasPrefix("XX"):
            ScriberrError(.storageFailed, "The database cannot be used.", disposition: .permanent, detail: detail)
        default:
            ScriberrError(.storageFailed, "The database refused a change.", disposition: .permanent, detail: detail)
        }
    }
}

/// What a failure is to the rest of the program.
func postgresError(_ error: any Error) -> any Error { (error as? PostgresFailure)?.error ?? error }
