package import ScriberrCore

/// The marks that a move leaves in both databases.
package enum MoveSQL {
    /// Which end of a move a database is.
    package enum Role: String, Sendable {
        /// It is copied.
        case out
        /// It is filled.
        case `in`
    }

    /// A mark without a sign of life for so long was left by a process that is gone.
    package static let deadAfter = Duration.seconds(90)

    /// The token of the move that the database is an end of; nil when it is none.
    static func token(_ connection: any SQLConnection, _ role: Role) throws -> String? {
        try connection.query("SELECT token FROM database_moves WHERE role = $1", [.text(role.rawValue)]).first?.text("token")
    }

    /// Says that a move goes on.
    static func mark(_ connection: any SQLConnection, _ role: Role, token: String, at now: Timestamp) throws {
        try connection.execute(
            """
            INSERT INTO database_moves (role, token, started_at, seen_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (role) DO UPDATE SET token = excluded.token, seen_at = excluded.seen_at
            """,
            [.text(role.rawValue), .text(token), .time(now), .time(now)]
        )
    }

    static func unmark(_ connection: any SQLConnection, _ role: Role) throws {
        try connection.execute("DELETE FROM database_moves WHERE role = $1", [.text(role.rawValue)])
    }

    /// How far a part has come; nil when it has not begun.
    static func progress(_ connection: any SQLConnection, part: String) throws -> (place: [SQLValue], copied: Int64)? {
        let sql = "SELECT last_key, copied FROM database_move_progress WHERE part = $1"
        guard let row = try connection.query(sql, [.text(part)]).first else { return nil }
        return (try RowPlace.values(row.text("last_key")), try row.integer("copied"))
    }

    static func note(_ connection: any SQLConnection, part: String, place: [SQLValue], more: Int) throws {
        try connection.execute(
            """
            INSERT INTO database_move_progress (part, last_key, copied) VALUES ($1, $2, $3)
            ON CONFLICT (part) DO UPDATE SET last_key = excluded.last_key,
                copied = database_move_progress.copied + excluded.copied
            """,
            [.text(part), .text(try RowPlace.text(place)), .int(more)]
        )
    }

    static func forgetProgress(_ connection: any SQLConnection, parts prefix: String) throws {
        let find = connection.dialect.find
        try connection.execute("DELETE FROM database_move_progress WHERE \(find)(part, $1) = 1", [.text(prefix)])
    }

    /// Called by every server and worker before it begins. Throws `CONFLICT` when the database is being filled or copied. What
    /// a process that is gone left in a database that is only copied from goes: once it is used, its copy is out of date.
    package static func checkStart(_ connection: any SQLConnection, at now: Timestamp) throws {
        let rows = try connection.query("SELECT role, seen_at FROM database_moves", [])
        for row in rows {
            let age = now - (try row.time("seen_at"))
            switch Role(rawValue: try row.text("role")) {
            case .in:
                throw ScriberrError(
                    .conflict,
                    "A move into this database has not ended; run the same 'scriberr admin migrate-database' again to end it."
                )
            case .out where age < deadAfter:
                throw ScriberrError(.conflict, "This database is being moved elsewhere; wait until that has ended.")
            default: try unmark(connection, .out)
            }
        }
    }

    /// Throws `CONFLICT` while a server or worker uses the database. A SQLite file is looked at by one who holds its lock: whoever
    /// left a sign of life in it is gone.
    package static func checkUnused(_ connection: any SQLConnection, at now: Timestamp) throws {
        guard connection.dialect == .postgres else { return }
        for table in ["instances", "nodes"] {
            let sql = "SELECT host, process_id FROM \(table) WHERE seen_at >= $1 ORDER BY seen_at DESC LIMIT 1"
            guard let row = try connection.query(sql, [.time(now - deadAfter)]).first else { continue }
            let seconds = deadAfter.components.seconds
            throw ScriberrError(
                .conflict,
                "A Scriberr process (\(try row.int("process_id")) on \(try row.text("host"))) uses the database. Stop it first; one "
                    + "that was killed is forgotten after \(seconds) seconds."
            )
        }
    }
}
