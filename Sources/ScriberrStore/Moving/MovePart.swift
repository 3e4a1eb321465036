import ScriberrCore

/// A table that is in both databases, and the columns that both have.
struct MovePart: Sendable, Hashable {
    var table: TableShape
    var columns: [String]

    var name: String { table.name }

    /// The tables in the order in which they are filled. Throws when the databases do not have the same ones.
    static func all(from source: [TableShape], to target: [TableShape]) throws -> [MovePart] {
        let targets = Dictionary(uniqueKeysWithValues: target.map { ($0.name, $0) })
        guard Set(source.map(\.name)) == Set(targets.keys) else { throw mismatch("tables") }
        return try source.map { table in
            let others = Set(targets[table.name]?.columns ?? [])
            let columns = table.columns.filter(others.contains)
            let unshared = others.symmetricDifference(table.columns).map { "\(table.name).\($0)" }
            guard TableShape.ownColumns.isSuperset(of: unshared), !table.key.isEmpty else { throw mismatch(table.name) }
            var shape = table
            // Where one database counts and the other goes by what is there, the number goes on all the same.
            shape.counter = table.counter ?? targets[table.name]?.counter
            return MovePart(table: shape, columns: columns)
        }
    }

    private static func mismatch(_ what: String) -> ScriberrError {
        ScriberrError(.conflict, "The databases do not have the same \(what).", disposition: .permanent)
    }

    /// The statement that takes a row.
    var insertion: String {
        let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let marks = (1...columns.count).map { "$\($0)" }.joined(separator: ", ")
        return "INSERT INTO \(name) (\(names)) VALUES (\(marks))"
    }

    /// The greatest number that the database ever gave a row of the table.
    func counterValue(_ connection: any SQLConnection) throws -> Int64 {
        guard let counter = table.counter else { return 0 }
        switch connection.dialect {
        case .sqlite:
            let counted = try connection.query("SELECT seq FROM sqlite_sequence WHERE name = $1", [.text(name)]).first
            let greatest = try connection.query("SELECT max(\(counter)) AS seq FROM \(name)", []).first
            return max(try counted?.integer("seq") ?? 0, try greatest?.optionalInteger("seq") ?? 0)
        case .postgres:
            guard let sequence = try sequence(connection, counter) else { return 0 }
            let sql = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS last FROM \(sequence)"
            return try connection.query(sql, []).first?.integer("last") ?? 0
        }
    }

    /// Has the database go on behind `value`: no number is ever given twice.
    func setCounter(_ connection: any SQLConnection, to value: Int64) throws {
        guard let counter = table.counter, value > 0 else { return }
        switch connection.dialect {
        case .sqlite where name == EventLog.table: try EventLog.holdPlace(connection, value)
        case .sqlite:
            try connection.execute("DELETE FROM sqlite_sequence WHERE name = $1", [.text(name)])
            try connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", [.text(name), .integer(value)])
        case .postgres:
            guard let sequence = try sequence(connection, counter) else { return }
            _ = try connection.query("SELECT setval($1::text::regclass, $2) AS last", [.text(sequence), .integer(value)])
        }
    }

    private func sequence(_ connection: any SQLConnection, _ counter: String) throws -> String? {
        let sql = "SELECT pg_get_serial_sequence($1, $2)::text AS sequence"
        return try connection.query(sql, [.text(name), .text(counter)]).first?.optionalText("sequence")
    }
}

extension Lanes {
    /// Makes every lane anew from the jobs, as they are kept with SQLite. Virtual times that are there stay.
    static func rebuild(_ connection: any SQLConnection) throws {
        try connection.execute("UPDATE queue_lanes SET head_queued_at = NULL, head_created_at = NULL, head_id = NULL", [])
        try connection.execute(
            """
            INSERT INTO queue_lanes (owner, priority, head_queued_at, head_created_at, head_id, virtual_time)
            SELECT owner, priority, queued_at, created_at, id, (SELECT virtual_time FROM queue_clock WHERE id = 1) FROM (
                SELECT owner, priority, queued_at, created_at, id, row_number() OVER (
                    PARTITION BY owner, priority ORDER BY queued_at, created_at, id
                ) AS place FROM transcriptions WHERE status = 'queued' AND is_due = 1
            ) AS line WHERE place = 1
            ON CONFLICT (owner, priority) DO UPDATE SET head_queued_at = excluded.head_queued_at,
                head_created_at = excluded.head_created_at, head_id = excluded.head_id
            """,
            []
        )
        try connection.execute(
            """
            INSERT INTO queue_lanes (owner, priority, virtual_time)
            SELECT DISTINCT owner, priority, (SELECT virtual_time FROM queue_clock WHERE id = 1)
            FROM transcriptions WHERE status = 'processing' OR (status = 'queued' AND is_due = 0)
            ON CONFLICT (owner, priority) DO NOTHING
            """,
            []
        )
    }
}
