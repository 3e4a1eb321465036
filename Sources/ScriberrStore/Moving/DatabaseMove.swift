package import ScriberrCore

/// Brings every row of one database into another, in steps that can be stopped at any time and gone on with.
///
/// Nobody else may use either database meanwhile: the marks that a move leaves keep servers from starting, and servers that run
/// keep a move from starting. Rows travel table by table, those that others refer to first, in the order of their primary key;
/// each step and how far it got are one transaction. At the end both databases are read again and compared.
package struct DatabaseMove: Sendable {
    private let source: any Database
    private let target: any Database
    private let clock: any WallClock
    private let report: @Sendable (MoveProgress) -> Void
    private static let lanes = "queue_lanes"

    /// Both databases are open; the target's tables are up to date.
    package init(
        from source: any Database,
        to target: any Database,
        clock: any WallClock = SystemWallClock(),
        report: @escaping @Sendable (MoveProgress) -> Void = { _ in }
    ) {
        (self.source, self.target, self.clock, self.report) = (source, target, clock, report)
    }

    /// Moves everything, or goes on with a move that was interrupted; one that was complete is only compared. With `restart` what the target holds of a move is thrown
    /// away first. Answers what was compared at the end, all of it equal.
    ///
    /// Throws `CONFLICT` while a process uses either database, when the target holds anything that is not of this move, when
    /// the two differ at the end, or when their tables are of different versions.
    package func run(restart: Bool = false) async throws -> [TableComparison] {
        let plan = try await prepare()
        if !restart, let compared = try await complete(plan) { return compared }
        let token = try await begin(plan, restart: restart)
        for part in plan { try await copy(part, token) }
        let compared = try await compare(plan)
        if let difference = compared.first(where: { !$0.isEqual }) {
            throw ScriberrError(
                .conflict,
                "The databases differ in \(difference.table). The source was changed meanwhile, or the target was; start anew with "
                    + "--restart.",
                disposition: .permanent
            )
        }
        try await finish(plan)
        return compared
    }

    /// Reads both databases and compares them, table by table. Throws `CONFLICT` while a process uses either. Lanes are left out:
    /// each kind of database keeps them in its own way.
    package func compareAll() async throws -> [TableComparison] {
        try await compare(try await prepare().filter { $0.name != Self.lanes })
    }

    // MARK: - Before

    private func prepare() async throws -> [MovePart] {
        let now = clock.now()
        for (database, name) in [(source, "source"), (target, "target")] {
            let steps = try await database.read { try appliedSteps($0) }
            guard steps == allMigrations.map(\.id) else {
                throw ScriberrError(
                    .conflict,
                    "The tables of the \(name) are of another version. Start this version's server on it once, then stop it.",
                    disposition: .permanent
                )
            }
            try await database.read { try MoveSQL.checkUnused($0, at: now) }
        }
        let (from, to) = (try await source.read { try TableShape.all($0) }, try await target.read { try TableShape.all($0) })
        return try MovePart.all(from: from, to: to)
    }

    private func begin(_ plan: [MovePart], restart: Bool) async throws -> String {
        let now = clock.now()
        let kept = try await source.read { try MoveSQL.token($0, .out) }
        let begun = try await target.read { try MoveSQL.token($0, .in) }
        if let begun, begun == kept, !restart {
            try await source.write { try MoveSQL.mark($0, .out, token: begun, at: now) }
            return begun
        }
        guard begun == nil || restart else {
            throw ScriberrError(
                .conflict,
                "The target holds part of another move, or the source was used since this one began. Start anew with --restart.",
                disposition: .permanent
            )
        }
        if begun == nil { try await checkEmpty(plan) }
        let token = hexadecimal((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        // The target first: rows without a mark would be taken for somebody's.
        try await target.write { connection in
            for part in plan.reversed() { try connection.execute("DELETE FROM \(part.name)", []) }
            try MoveSQL.forgetProgress(connection, parts: "table ")
            try MoveSQL.mark(connection, .in, token: token, at: now)
        }
        try await source.write { try MoveSQL.mark($0, .out, token: token, at: now) }
        return token
    }

    /// What a move that was complete before has in both databases; nil when there was none. A process that was stopped at the very end
    /// may have left its mark in the source, and nobody told that it was done.
    private func complete(_ plan: [MovePart]) async throws -> [TableComparison]? {
        guard try await target.read({ try MoveSQL.token($0, .in) }) == nil, try await filledTable(plan) != nil else { return nil }
        var compared: [TableComparison] = []
        for part in plan where part.name != Self.lanes {
            let comparison = try await compare(part)
            guard comparison.isEqual else { return nil }
            compared.append(comparison)
        }
        try await source.write { try MoveSQL.unmark($0, .out) }
        report(.wasComplete)
        return compared
    }

    private func checkEmpty(_ plan: [MovePart]) async throws {
        guard let table = try await filledTable(plan) else { return }
        throw ScriberrError(
            .conflict,
            "The target is not empty: there are \(table). Give a new database.",
            disposition: .permanent
        )
    }

    /// A table of the target that holds something; nil when all are empty.
    private func filledTable(_ plan: [MovePart]) async throws -> String? {
        // These have a row from the start.
        for part in plan where !["queue_clock", "webhook_cursor"].contains(part.name) {
            let isEmpty = try await target.read { try $0.query("SELECT 1 AS one FROM \(part.name) LIMIT 1", []).isEmpty }
            if !isEmpty { return part.name }
        }
        return nil
    }

    // MARK: - Copying

    private func copy(_ part: MovePart, _ token: String) async throws {
        let name = "table \(part.name)"
        let begun = try await target.read { try MoveSQL.progress($0, part: name) }
        let total = try await source.read { try $0.query("SELECT count(*) AS n FROM \(part.name)", []).first?.integer("n") ?? 0 }
        var copied = begun?.copied ?? 0
        var reader = RowReader(part.table, part.columns, after: begun?.place)
        report(.copying(part.name, copied: copied, total: total))
        while case let rows = try await reader.next(source), !rows.isEmpty, let place = reader.place {
            try Task.checkCancellation()
            let now = clock.now()
            try await target.write { connection in
                for row in rows { try connection.perform(part.insertion, row) }
                try MoveSQL.note(connection, part: name, place: place, more: rows.count)
                try MoveSQL.mark(connection, .in, token: token, at: now)
            }
            try await source.write { try MoveSQL.mark($0, .out, token: token, at: now) }
            copied += Int64(rows.count)
            report(.copying(part.name, copied: copied, total: total))
        }
    }

    // MARK: - Comparing

    private func compare(_ plan: [MovePart]) async throws -> [TableComparison] {
        var compared: [TableComparison] = []
        for part in plan { compared.append(try await compare(part)) }
        return compared
    }

    private func compare(_ part: MovePart) async throws -> TableComparison {
        report(.comparing(part.name))
        async let from = digest(part, source)
        async let to = digest(part, target)
        return TableComparison(table: part.name, source: try await from, target: try await to)
    }

    private func digest(_ part: MovePart, _ database: any Database) async throws -> RowDigest {
        var digest = RowDigest()
        var reader = RowReader(part.table, part.columns, after: nil)
        while case let rows = try await reader.next(database), !rows.isEmpty {
            for row in rows { digest.add(row) }
        }
        return digest
    }

    // MARK: - After

    private func finish(_ plan: [MovePart]) async throws {
        var counters: [(MovePart, Int64)] = []
        for part in plan where part.table.counter != nil {
            counters.append((part, try await source.read { try part.counterValue($0) }))
        }
        let values = counters
        try await target.write { connection in
            for (part, value) in values { try part.setCounter(connection, to: value) }
            if connection.dialect == .sqlite { try Lanes.rebuild(connection) }
            try MoveSQL.forgetProgress(connection, parts: "table ")
            try MoveSQL.unmark(connection, .in)
        }
        try await source.write { try MoveSQL.unmark($0, .out) }
    }
}

/// What a move does at the moment.
package enum MoveProgress: Sendable, Hashable {
    /// So many rows of a table have arrived.
    case copying(String, copied: Int64, total: Int64)
    /// A table is read again in both databases.
    case comparing(String)
    /// Nothing was to be done: an earlier run had moved everything.
    case wasComplete
}

/// A table in both databases.
package struct TableComparison: Sendable, Hashable {
    package var table: String
    package var source: RowDigest
    package var target: RowDigest

    /// Whether both hold the same rows.
    package var isEqual: Bool { source == target }
}

/// The numbers of the steps that the tables have seen, in order.
private func appliedSteps(_ connection: any SQLConnection) throws -> [Int] {
    try connection.query("SELECT id FROM schema_migrations ORDER BY id", []).map { try $0.int("id") }
}
