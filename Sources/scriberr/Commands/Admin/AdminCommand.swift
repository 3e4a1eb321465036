import ArgumentParser
import Foundation
import ScriberrCore
import ScriberrStore

/// `scriberr admin`.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Look after the data of a server that is stopped.",
        subcommands: [MigrateDatabaseCommand.self, MigrateStorageCommand.self]
    )
}

/// A database that an administrator names, opened for a move.
struct MovableDatabase {
    let database: any Database
    private let lock: DatabaseLock?

    /// Opens `address` as it is. Throws ``SettingsError`` or ``ScriberrError``; a SQLite file that is not there is an error.
    init(source address: String, option: String) async throws {
        let location = try await Self.location(address, option)
        if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) {
            throw SettingsError(problems: ["\(option): there is no file \(path)"])
        }
        try self.init(location, migrations: [])
    }

    /// Opens `address`, which may be new, and brings its tables up to date.
    init(target address: String, option: String) async throws {
        let location = try await Self.location(address, option)
        if case .sqlite(let path) = location {
            let folder = (path as NSString).deletingLastPathComponent
            if !folder.isEmpty { try makeFolder(folder) }
        }
        try self.init(location, migrations: allMigrations)
    }

    private init(_ location: Settings.DatabaseLocation, migrations: [Migration]) throws {
        switch location {
        case .sqlite(let path):
            lock = try DatabaseLock(forDatabaseAt: path)
            database = try SQLiteDatabase(path: path, migrations: migrations)
        case .postgres(let address):
            lock = nil
            // Somebody waits in front of it.
            var settings = PostgresSettings()
            settings.startPatience = .seconds(5)
            settings.statementTimeout = .seconds(600)
            database = try PostgresDatabase(address: address, settings: settings, migrations: migrations)
        }
    }

    /// Closes the database and lets others have it.
    func close() async {
        await database.close()
        withExtendedLifetime(lock) {}
    }

    private static func location(_ address: String, _ option: String) async throws -> Settings.DatabaseLocation {
        do {
            return try await Settings.read(changing: ["DATABASE_URL": address]).database
        } catch let error as SettingsError {
            throw SettingsError(problems: error.problems.map { $0.replacing("DATABASE_URL", with: option) })
        }
    }
}

extension Settings {
    /// The settings of the environment with some of them changed.
    static func read(changing changes: [String: String]) async throws -> Settings {
        try await read(environment: ProcessInfo.processInfo.environment.merging(changes) { $1 })
    }
}

/// Runs what an administrator typed and says in one line why it failed.
func runForAdministrator(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as SettingsError {
        for problem in error.problems { Terminal().say("scriberr: \(problem)") }
        throw ExitCode(1)
    } catch let error as ScriberrError {
        Terminal().say("scriberr: \(error.message)" + (error.detail.map { " (\($0))" } ?? ""))
        throw ExitCode(1)
    }
}
