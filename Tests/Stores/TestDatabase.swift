import Foundation
package import ScriberrStore
import ScriberrTestSupport

extension PostgresSettings {
    /// As the program runs, but for machines that have much else to do.
    package static var patient: PostgresSettings {
        var settings = PostgresSettings()
        (settings.patience, settings.connectTimeout, settings.statementTimeout) = (.seconds(120), .seconds(60), .seconds(300))
        return settings
    }
}

/// The databases on which the program must be the same.
package enum TestDatabase: String, CaseIterable, Sendable {
    case sqlite
    case postgres

    /// SQLite, unless `SCRIBERR_TEST_DATABASE` is `postgres` or `both`.
    package static var all: [TestDatabase] {
        let wanted = ProcessInfo.processInfo.environment["SCRIBERR_TEST_DATABASE"] ?? sqlite.rawValue
        return allCases.filter { $0.rawValue == wanted || wanted == "both" }
    }

    /// Opens a database with nothing in it, hands it to `body` and removes it.
    package func with(_ body: (any Database, StoreSignals) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await withTemporaryFolder { folder in
                let signals = StoreSignals()
                try await use(SQLiteDatabase(path: folder + "/test.db", signals: signals), signals, body)
            }
        case .postgres:
            try await PostgresSeats.shared.with {
                let address = try await PostgresCopies.shared.make()
                let signals = StoreSignals()
                try await use(PostgresDatabase(address: address, settings: .patient, signals: signals), signals, body)
                try await PostgresCopies.shared.remove(address)
            }
        }
    }

    private func use(
        _ database: any Database,
        _ signals: StoreSignals,
        _ body: (any Database, StoreSignals) async throws -> Void
    ) async throws {
        do {
            try await body(database, signals)
        } catch {
            await database.close()
            print("failed on \(self)")
            throw error
        }
        await database.close()
    }
}
