import Foundation
import Logging
import ScriberrCore
import ScriberrStore

/// The database that the settings name, open and up to date.
struct OpenedDatabase {
    let database: any Database
    /// Who hears of what is committed: by this process with SQLite, by every process with PostgreSQL.
    let signals: StoreSignals
    /// The place that one process at a time can have; nil where many run beside each other and tell by their signs of life
    /// who is gone.
    let seat: String?
    private let lock: DatabaseLock?

    /// Blocks until the tables are up to date. Throws ``SettingsError`` or ``ScriberrError``.
    init(_ settings: Settings, migrations: [Migration] = allMigrations, logger: Logger) throws {
        switch settings.database {
        case .sqlite(let path):
            let folder = (path as NSString).deletingLastPathComponent
            if !folder.isEmpty { try makeFolder(folder) }
            lock = try DatabaseLock(forDatabaseAt: path)
            let sqlite = try Self.openSQLite(path, migrations, logger)
            (database, signals) = (sqlite, sqlite.signals)
            // The database lock lets one server at a time sit here.
            seat = "\(ProcessInfo.processInfo.hostName):\(DatabaseFile.resolved(path))"
        case .postgres(let address):
            let postgres = try PostgresDatabase(address: address, migrations: migrations) { warning in
                logger.warning("\(warning)", metadata: ["database": "\(address.shown)"])
            }
            (database, signals) = (postgres, postgres.signals)
            (seat, lock) = (nil, nil)
        }
    }

    private static func openSQLite(_ path: String, _ migrations: [Migration], _ logger: Logger) throws -> SQLiteDatabase {
        do {
            return try SQLiteDatabase(path: path, migrations: migrations) { warning in
                logger.warning("The database needs attention", metadata: ["warning": "\(warning)"])
            }
        } catch let error as ScriberrError where error.code == .storageFailed && error.disposition == .permanent {
            logger.info("The database cannot be opened", metadata: ["error": "\(error)"])
            throw SettingsError(problems: ["DATABASE_PATH: \(error.message)"])
        }
    }

    /// Whether other processes work on it too.
    var isShared: Bool { seat == nil }

    /// Throws ``SettingsError`` while the database is being moved.
    func checkStart() async throws {
        do {
            try await database.write { try MoveSQL.checkStart($0, at: .now) }
        } catch let error as ScriberrError where error.code == .conflict {
            throw SettingsError(problems: ["DATABASE_URL: \(error.message)"])
        }
    }

    /// Keeps the file locked until here.
    func holdUntilHere() { withExtendedLifetime(lock) {} }
}

/// Makes a folder with all above it.
func makeFolder(_ path: String) throws {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw SettingsError(problems: [
            "the folder \"\(path)\" cannot be made or written; see DATABASE_PATH and UPLOAD_DIR"
        ])
    }
}
