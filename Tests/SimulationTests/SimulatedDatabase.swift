import ScriberrCore
import ScriberrTestStores

@testable import ScriberrStore

/// A database whose calls run on the caller's thread and have ended when they return.
protocol InlineDatabase {
    func readNow<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value
    func writeNow<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value
}

extension InlineSQLiteDatabase: InlineDatabase {}

/// The databases in which a world can live. Both go the same way: the same statements, mutants, faults and oracle.
enum SimulatedDatabase: String, Sendable {
    case sqlite
    case postgres

    /// Opens an empty one, hands it to `body` and removes it.
    func with<Value>(_ body: (any InlineDatabase) throws -> Value) async throws -> Value {
        switch self {
        case .sqlite: return try body(InlineSQLiteDatabase())
        case .postgres:
            let address = try await PostgresCopies.shared.make()
            let value = try body(InlinePostgresDatabase(address))
            try await PostgresCopies.shared.remove(address)
            return value
        }
    }
}

/// The real driver's session and transactions, without its pool of threads.
final class InlinePostgresDatabase: InlineDatabase {
    private let session: PostgresSession
    private let signals = StoreSignals()

    init(_ address: PostgresAddress) throws { session = try PostgresSession(address, PostgresSettings()) }

    func readNow<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value { try run(isReading: true, body) }

    func writeNow<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value { try run(isReading: false, body) }

    private func run<Value>(isReading: Bool, _ body: (any SQLConnection) throws -> Value) throws -> Value {
        let connection = PostgresConnection(session, isReading: isReading, signals: signals)
        do {
            let value = try body(connection)
            for action in try connection.commit() { action() }
            return value
        } catch {
            connection.abandon()
            throw postgresError(error)
        }
    }
}
