import ScriberrCore

/// One numbered step of the tables' history. A step that was released is never edited; a mistake is mended by a later one.
package struct Migration: Sendable {
    /// The number; later steps have greater ones. Gaps are fine.
    package let id: Int
    /// What the step does, in a few words.
    package let name: String
    /// The statements, in order.
    package let statements: @Sendable (SQLDialect) -> [String]

    package init(id: Int, name: String, statements: @escaping @Sendable (SQLDialect) -> [String]) {
        self.id = id
        self.name = name
        self.statements = statements
    }
}

/// Runs the steps that the database has not seen, each in a transaction of its own that others wait for. Called outside a
/// transaction.
///
/// Throws `STORAGE_FAILED` when the database was made by a newer program.
func migrate(_ connection: SQLiteConnection, _ migrations: [Migration]) throws {
    precondition(zip(migrations, migrations.dropFirst()).allSatisfy { $0.id < $1.id }, "Migrations are sorted by their numbers.")
    try connection.inTransaction { try prepareMigrations($0) }
    for migration in migrations {
        // Another process may have run the step in the meantime, so it is looked up under the lock.
        try connection.inTransaction { try apply(migration, on: $0, newest: migrations.last?.id ?? 0) }
    }
}

/// Makes the table that remembers which steps were run.
package func prepareMigrations(_ connection: any SQLConnection) throws {
    try connection.execute(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            applied_at BIGINT NOT NULL
        )
        """,
        []
    )
}

/// Runs one step unless it was run before. Must be called under a lock that keeps other processes out.
package func apply(_ migration: Migration, on connection: any SQLConnection, newest: Int) throws {
    let rows = try connection.query("SELECT id FROM schema_migrations", [])
    let applied = Set(try rows.map { try $0.int("id") })
    if let unknown = applied.max(), unknown > newest {
        throw ScriberrError(
            .storageFailed,
            "The database was made by a newer version of Scriberr (its tables are at step \(unknown), this program knows "
                + "\(newest)). Start the newer version, or restore a backup that was made before the upgrade.",
            disposition: .permanent
        )
    }
    guard !applied.contains(migration.id) else { return }
    for statement in migration.statements(connection.dialect) { try connection.execute(statement, []) }
    try connection.execute(
        "INSERT INTO schema_migrations (id, name, applied_at) VALUES ($1, $2, $3)",
        [.int(migration.id), .text(migration.name), .time(.now)]
    )
}
