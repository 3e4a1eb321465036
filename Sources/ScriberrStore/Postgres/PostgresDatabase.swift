import Foundation

/// A PostgreSQL database: a few sessions, each with a thread of its own, and one more that carries notices between processes.
///
/// A transaction that met another one, or whose session was lost before its end was asked for, is done once more; its closure
/// then runs again. When the session is lost in the very commit, the call fails with a transient `STORAGE_FAILED`: the change
/// may or may not be there.
package final class PostgresDatabase: Database {
    /// Who hears of what any process commits.
    package let signals: StoreSignals
    private let outgoing: StoreSignals
    private let pool: PostgresPool
    private let postman: PostgresPostman

    /// Connects and brings the tables up to date. Blocks; called once at start. Waits for a server that is not there yet.
    ///
    /// `warn` hears of what an operator should know, such as a server that cannot be reached.
    package init(
        address: PostgresAddress,
        settings: PostgresSettings = PostgresSettings(),
        migrations: [Migration] = allMigrations,
        signals: StoreSignals = StoreSignals(),
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        self.signals = signals
        do {
            var patient = settings
            // A step on large tables may take its time, and so may waiting for another process that takes it.
            patient.statementTimeout = .seconds(3_600)
            try migrate(connectPatiently(address, patient, warn), migrations)
        } catch {
            throw postgresError(error)
        }
        let postman = PostgresPostman(address: address, settings: settings, signals: signals)
        outgoing = StoreSignals(
            onEvents: { notice in
                signals.events.raise(notice)
                postman.carry(.events)
            },
            onJobs: { notice in
                signals.jobs.raise(notice)
                postman.carry(.job(notice))
            }
        )
        pool = PostgresPool(address: address, settings: settings, signals: outgoing, warn: warn)
        self.postman = postman
        postman.start()
    }

    package var dialect: SQLDialect { .postgres }

    package func read<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await pool.run(isReading: true, body)
    }

    package func write<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await pool.run(isReading: false, body)
    }

    /// A transaction that finds nothing to do writes nothing and takes no lock, so there is nothing to look at before.
    package func write<Value: Sendable>(
        unless look: @Sendable @escaping (any SQLConnection) throws -> Value?,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await pool.run(isReading: false, body)
    }

    /// See ``PostgresPool/submit(_:fail:)``.
    func submit(
        _ body: @Sendable @escaping (PostgresConnection) throws -> @Sendable () -> Void,
        fail: @Sendable @escaping (any Error) -> Void
    ) {
        pool.submit(body, fail: fail)
    }

    package func close() async {
        await pool.close()
        await postman.stop()
    }
}

private func connectPatiently(
    _ address: PostgresAddress,
    _ settings: PostgresSettings,
    _ warn: @Sendable (String) -> Void
) throws -> PostgresSession {
    let deadline = ContinuousClock.now + settings.startPatience
    var hasWarned = false
    while true {
        do {
            return try PostgresSession(address, settings)
        } catch let failure as PostgresFailure where failure.isLoss && ContinuousClock.now < deadline {
            if !hasWarned { warn("PostgreSQL cannot be reached; waiting for it") }
            hasWarned = true
            Thread.sleep(forTimeInterval: 0.25)
        }
    }
}

/// Runs the steps that the database has not seen. A lock keeps other processes out meanwhile; they find nothing left to do.
private func migrate(_ session: PostgresSession, _ migrations: [Migration]) throws {
    precondition(zip(migrations, migrations.dropFirst()).allSatisfy { $0.id < $1.id }, "Migrations are sorted by their numbers.")
    func attempt(_ body: (any SQLConnection) throws -> Void) throws {
        let connection = PostgresConnection(session, isReading: false, signals: StoreSignals())
        do {
            // Given up with the transaction, and with the session, however either ends.
            _ = try connection.query("SELECT pg_advisory_xact_lock(\(migrationLock))::text AS locked", [])
            try body(connection)
            _ = try connection.commit()
        } catch {
            connection.abandon()
            throw error
        }
    }
    func transaction(_ body: (any SQLConnection) throws -> Void) throws {
        for _ in 1..<migrationTriesMax {
            do {
                return try attempt(body)
            } catch let failure as PostgresFailure where failure.isConflict {
                // Processes of the version before work on the tables that a step changes.
                Thread.sleep(forTimeInterval: .random(in: 0.05...0.25))
            }
        }
        try attempt(body)
    }
    try transaction { try prepareMigrations($0) }
    for migration in migrations {
        try transaction { try apply(migration.inPostgres, on: $0, newest: migrations.last?.id ?? 0) }
    }
}

private let migrationLock = 0x5C1B_5EED
/// How often a step is tried that met another transaction.
private let migrationTriesMax = 8

extension Migration {
    /// The step with text that compares byte by byte, as SQLite's does, whatever language the database was made in.
    fileprivate var inPostgres: Migration {
        Migration(id: id, name: name) { dialect in
            statements(dialect).map { statement in
                let isTable = statement.hasPrefix("CREATE TABLE") || statement.hasPrefix("ALTER TABLE")
                return isTable ? statement.replacing(/\bTEXT\b/, with: "TEXT COLLATE \"C\"") : statement
            }
        }
    }
}
