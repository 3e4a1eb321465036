import Dispatch
import GRDB
package import ScriberrCore

/// A SQLite database on one connection whose calls run on the caller's thread and return when they are done: for simulations
/// that must repeat exactly, and for tests. The same statements run on it as on ``SQLiteDatabase``.
package final class InlineSQLiteDatabase: Database {
    /// Who hears of what this process commits.
    package let signals: StoreSignals
    private let queue: DatabaseQueue
    private let standing = StandingClaims()

    /// Opens the file at `path`, or a database in memory when that is nil, and brings its tables up to date.
    package init(
        path: String? = nil,
        settings: SQLiteSettings = SQLiteSettings(),
        migrations: [Migration] = allMigrations,
        signals: StoreSignals = StoreSignals()
    ) throws {
        self.signals = signals
        do {
            let configuration = settings.configuration()
            if let path {
                queue = try DatabaseQueue(path: path, configuration: configuration)
            } else {
                queue = try DatabaseQueue(configuration: configuration)
            }
            try queue.writeWithoutTransaction { try migrate(SQLiteConnection($0, signals: signals), migrations) }
        } catch {
            throw storageError(error)
        }
    }

    /// Runs `body` on a connection that cannot write, now.
    package func readNow<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
        try queue.read { try body(SQLiteConnection($0, signals: signals)) }
    }

    /// Runs `body` in a transaction, now.
    package func writeNow<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
        var joined: [JoinedClaim] = []
        do {
            let (value, actions) = try queue.writeWithoutTransaction { database in
                let connection = SQLiteConnection(database, signals: signals)
                let value = try connection.inTransaction { connection in
                    let value = try body(connection)
                    joined = connection.join(standing)
                    return value
                }
                return (value, connection.takeActions())
            }
            for claim in joined { claim.settle() }
            for action in actions { action() }
            return value
        } catch {
            for claim in joined { claim.fail(error) }
            throw error
        }
    }

    package func keep(_ standing: any StandingClaim) { self.standing.keep(standing) }

    package func read<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value { try readNow(body) }

    package func write<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value { try writeNow(body) }

    package func close() async {
        do {
            try queue.close()
        } catch {
            // Closed when the last statement ends.
        }
    }
}
