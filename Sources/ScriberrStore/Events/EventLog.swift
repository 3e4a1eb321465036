package import ScriberrCore

/// The durable log of what happened. An entry is written in the transaction that causes it, so that a reader who sees it
/// also sees what it tells of.
package enum EventLog {
    /// The table's name.
    static let table = "events"

    /// Appends one entry and wakes readers after the commit. Answers its sequence.
    @discardableResult
    package static func append(
        _ connection: any SQLConnection,
        owner: UserID,
        subject: String,
        type: EventType,
        payload: String,
        at time: Timestamp
    ) throws -> Int64 {
        let rows = try connection.query(
            answeringInsertion,
            [.id(owner), .text(subject), .text(type.rawValue), .text(payload), .time(time)]
        )
        wakeReaders(connection)
        return try rows.first?.integer("sequence") ?? 0
    }

    /// Appends one entry whose sequence nobody asks for, which spares SQLite a table for the answer.
    static func note(
        _ connection: any SQLConnection,
        owner: UserID,
        subject: String,
        type: EventType,
        payload: String,
        at time: Timestamp
    ) throws {
        try connection.perform(
            insertion,
            [.id(owner), .text(subject), .text(type.rawValue), .text(payload), .time(time)]
        )
        wakeReaders(connection)
    }

    private static let insertion = "INSERT INTO events (owner, subject, type, payload, at) VALUES ($1, $2, $3, $4, $5)"
    private static let answeringInsertion = insertion + " RETURNING sequence"

    /// Tells readers once the transaction is durable.
    static func wakeReaders(_ connection: any SQLConnection) {
        let signals = connection.signals
        connection.afterCommit { signals.events.raise() }
    }

    /// Entries behind `sequence`, oldest first, at most `limit`. Nil for `owner` or `subject` means any; so does an empty `types`.
    package static func events(
        _ connection: any SQLConnection,
        after sequence: Int64,
        owner: UserID? = nil,
        subject: String? = nil,
        types: [EventType] = [],
        limit: Int
    ) throws -> [Event] {
        var conditions = ["sequence > $1"]
        var arguments: [SQLValue] = [.integer(sequence)]
        if let subject {
            arguments.append(.text(subject))
            conditions.append("subject = $\(arguments.count)")
        }
        if let owner {
            arguments.append(.id(owner))
            conditions.append("owner = $\(arguments.count)")
        }
        if !types.isEmpty {
            let first = arguments.count + 1
            arguments += types.map { .text($0.rawValue) }
            conditions.append("type IN (\((first...arguments.count).map { "$\($0)" }.joined(separator: ", ")))")
        }
        if let horizon = try connection.eventHorizon() {
            arguments.append(.integer(horizon))
            conditions.append("sequence <= $\(arguments.count)")
        }
        arguments.append(.int(limit))
        return try connection.query(
            """
            SELECT sequence, owner, subject, type, payload, at FROM events
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence LIMIT $\(arguments.count)
            """,
            arguments
        ).map(Event.init(row:))
    }

    /// The sequence of the newest entry; 0 for none. Whoever goes on behind it
    /// misses nothing: entries that are still to be committed come after it.
    package static func latestSequence(_ connection: any SQLConnection) throws -> Int64 {
        if let horizon = try connection.eventHorizon() {
            let sql = "SELECT max(sequence) AS newest FROM events WHERE sequence <= $1"
            return try connection.query(sql, [.integer(horizon)]).first?.optionalInteger("newest") ?? horizon
        }
        return try connection.query("SELECT max(sequence) AS newest FROM events", []).first?.optionalInteger("newest") ?? 0
    }

    /// The sequence of the oldest entry that is kept; nil when there is none. A reader that asks for entries after a smaller
    /// one than the one before it has missed some.
    package static func oldestSequence(_ connection: any SQLConnection) throws -> Int64? {
        try connection.query("SELECT min(sequence) AS oldest FROM events", []).first?.optionalInteger("oldest")
    }

    /// Removes entries older than `time` and those beyond the newest `keep`, at most `limit` in one call. The newest of all stays, since
    /// SQLite numbers the next one by it. Answers how many went; call again while it is `limit`.
    package static func prune(
        _ connection: any SQLConnection,
        before time: Timestamp,
        keep: Int,
        limit: Int = 1_000
    ) throws -> Int {
        let beyond = try latestSequence(connection) - Int64(keep)
        return try connection.execute(
            """
            DELETE FROM events WHERE sequence IN (SELECT sequence FROM events ORDER BY sequence LIMIT $1)
                AND (at < $2 OR sequence <= $3) AND sequence < (SELECT max(sequence) FROM events)
            """,
            [.int(limit), .time(time), .integer(beyond)]
        )
    }

    /// The type of an entry that stands for a newest one that is gone. It has no owner, so that nobody sees it.
    static let heldPlace = "log.pruned"

    /// Has SQLite number the next entry behind `sequence`, whatever is there.
    static func holdPlace(_ connection: any SQLConnection, _ sequence: Int64) throws {
        guard try latestSequence(connection) < sequence else { return }
        try connection.execute(
            "INSERT INTO events (sequence, owner, subject, type, payload, at) VALUES ($1, 0, '', '\(heldPlace)', '{}', 0)",
            [.integer(sequence)]
        )
    }
}

extension Event {
    fileprivate init(row: any SQLRow) throws {
        self.init(
            sequence: try row.integer("sequence"),
            owner: try row.user("owner"),
            subject: try row.text("subject"),
            type: EventType(rawValue: try row.text("type")),
            payload: try row.text("payload"),
            at: try row.time("at")
        )
    }
}
