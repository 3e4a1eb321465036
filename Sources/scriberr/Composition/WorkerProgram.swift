import Logging
import ScriberrCore
import ScriberrStore

/// A process that runs jobs and serves nobody, put together.
enum WorkerProgram {
    /// Runs until a signal asks it to stop. `migrations` are the tables' history as this program knows it. Throws
    /// ``SettingsError`` or ``ScriberrError`` when it cannot start.
    static func run(_ settings: Settings, migrations: [Migration] = allMigrations, logger: Logger) async throws {
        guard case .postgres = settings.database else {
            throw SettingsError(problems: ["DATABASE_URL: a worker needs a PostgreSQL database that servers share"])
        }
        try settings.checkPlaces(isServer: false)
        let parts = try await ProcessParts(settings, role: .worker, hasWorkers: true, migrations: migrations, logger: logger)
        try await parts.run(parts.services)
        logger.info("Worker stopped")
    }
}
