import ScriberrCore

/// What a move must know about a table.
struct TableShape: Sendable, Hashable {
    var name: String
    /// In the order of the table.
    var columns: [String]
    /// The columns of the primary key, in its order.
    var key: [String]
    /// Tables that must be filled first.
    var references: Set<String>
    /// The column that the database numbers by itself; nil when there is none.
    var counter: String?

    /// The tables of a database that a move copies, those that others refer to first.
    ///
    /// The tables are asked for and not listed here, so that none is forgotten when there is a new one.
    static func all(_ connection: any SQLConnection) throws -> [TableShape] {
        let shapes =
            switch connection.dialect {
            case .sqlite: try sqliteShapes(connection)
            case .postgres: try postgresShapes(connection)
            }
        return try sorted(shapes.filter { !isLeftOut($0.name) })
    }

    /// What belongs to one database alone or is made anew: processes and their signs of life, moves, the search index.
    static func isLeftOut(_ name: String) -> Bool {
        let own: Set = [
            "schema_migrations", "instances", "nodes", "login_attempts", "database_moves", "database_move_progress",
            "transcript_passages", "search_pending", "search_gone",
        ]
        return own.contains(name) || name.hasPrefix("sqlite_") || name.hasPrefix("transcript_words")
    }

    /// Columns that only one kind of database has.
    static let ownColumns: Set = ["queue_clock.lanes_kept"]

    private static func sorted(_ shapes: [TableShape]) throws -> [TableShape] {
        var left = shapes.sorted { $0.name < $1.name }
        var done: [TableShape] = []
        while !left.isEmpty {
            let names = Set(left.map(\.name))
            let free = left.filter { shape in shape.references.allSatisfy { $0 == shape.name || !names.contains($0) } }
            guard !free.isEmpty else {
                throw ScriberrError(.storageFailed, "The tables refer to each other in a circle.", disposition: .permanent)
            }
            done += free
            left.removeAll { free.contains($0) }
        }
        return done
    }
}

private func sqliteShapes(_ connection: any SQLConnection) throws -> [TableShape] {
    let tables = try connection.query("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name", [])
    return try tables.compactMap { table in
        let name = try table.text("name")
        guard !TableShape.isLeftOut(name) else { return nil }
        let columns = try connection.query("SELECT name, pk FROM pragma_table_info($1) ORDER BY cid", [.text(name)])
        let foreign = try connection.query("SELECT \"table\" AS other FROM pragma_foreign_key_list($1)", [.text(name)])
        let key = try columns.map { (try $0.int("pk"), try $0.text("name")) }.filter { $0.0 > 0 }.sorted { $0.0 < $1.0 }
        return TableShape(
            name: name,
            columns: try columns.map { try $0.text("name") },
            key: key.map(\.1),
            references: Set(try foreign.map { try $0.text("other") }),
            counter: try table.text("sql").contains("AUTOINCREMENT") ? key.first?.1 : nil
        )
    }
}

/// Tables whose rows go with a job's by a trigger on PostgreSQL, and by a key elsewhere.
private let withJobs: Set = ["executions", "transcripts"]

private func postgresShapes(_ connection: any SQLConnection) throws -> [TableShape] {
    let columns = try grouped(
        connection,
        """
        SELECT table_name::text AS name, column_name::text AS value FROM information_schema.columns
        WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
        """
    )
    let keys = try grouped(
        connection,
        """
        SELECT c.relname::text AS name, a.attname::text AS value FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
            JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number
        WHERE i.indisprimary ORDER BY c.relname, k.place
        """
    )
    let foreign = try grouped(
        connection,
        """
        SELECT c.relname::text AS name, o.relname::text AS value FROM pg_constraint AS f
            JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_class AS o ON o.oid = f.confrelid
            JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
        WHERE f.contype = 'f' ORDER BY c.relname
        """
    )
    return try columns.keys.filter { !TableShape.isLeftOut($0) }.map { name in
        let key = keys[name] ?? []
        var counter: String?
        if key.count == 1 {
            let sequence = try connection.query(
                "SELECT pg_get_serial_sequence($1, $2)::text AS sequence",
                [.text(name), .text(key[0])]
            )
            if try sequence.first?.optionalText("sequence") != nil { counter = key[0] }
        }
        return TableShape(
            name: name,
            columns: columns[name] ?? [],
            key: key,
            references: Set(foreign[name] ?? []).union(withJobs.contains(name) ? ["transcriptions"] : []),
            counter: counter
        )
    }
}

/// The values of each name, in the order of the statement.
private func grouped(_ connection: any SQLConnection, _ sql: String) throws -> [String: [String]] {
    try connection.query(sql, []).reduce(into: [:]) { $0[try $1.text("name"), default: []].append(try $1.text("value")) }
}
