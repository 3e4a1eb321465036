import Foundation
import Logging
import ScriberrCore
import ScriberrServices
import ServiceLifecycle

/// Watches one folder for the server until the shutdown.
struct FolderService: Service {
    let folder: String
    let settings: Settings.Folders
    let services: Services
    let logger: Logger
    private static let retryInterval = Duration.seconds(30)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Again and again: there may be no account yet, or no folder.
            while !Task.isCancelled {
                do {
                    return try await watch(for: Self.owner(among: services.accounts.users(), named: settings.user))
                } catch {
                    if error is CancellationError { return }
                    logger.warning("A folder cannot be watched now; it is tried again", metadata: ["error": "\(error)"])
                }
                // A canceled sleep ends the loop.
                try? await Task.sleep(for: Self.retryInterval)
            }
        }
    }

    private func watch(for owner: UserID) async throws {
        let home = URL(fileURLWithPath: folder).standardizedFileURL.path
        let rules = FolderRules(
            folder: home,
            // Transcripts are written by the rule for all of them.
            formats: [],
            target: home,
            isRecursive: settings.isRecursive,
            keeps: settings.keeps,
            settle: settings.settle,
            width: 16
        )
        let worker = ServiceFolderWorker(services: services, owner: owner)
        let watcher = try FolderWatcher(rules: rules, worker: worker) { [logger] text in
            // What a person called a recording is content and stays out of the log.
            logger.info("A watched recording moved on", metadata: ["state": "\(text.split(separator: ": ").last ?? "")"])
        }
        _ = await watcher.run(once: false)
    }

    /// Whose the recordings become. Throws `NOT_FOUND`, which says what to do about it.
    static func owner(among users: [User], named name: String?) throws -> UserID {
        let users = users.filter { !$0.isDisabled }
        guard let name else {
            if let admin = users.first(where: { $0.role == .admin }) { return admin.id }
            throw ScriberrError(.notFound, "There is no account yet that watched recordings could belong to.")
        }
        if let user = users.first(where: { $0.username.lowercased() == name.lowercased() }) { return user.id }
        throw ScriberrError(.notFound, "WATCH_USER: there is no account \"\(name.prefix(80))\" that may sign in.")
    }
}

extension Settings.Folders {
    /// What has to run for these settings.
    func services(_ services: Services, _ logger: Logger) -> [any Service] {
        var all: [any Service] = watched.map {
            FolderService(folder: $0, settings: self, services: services, logger: logger)
        }
        if let exportFolder {
            all.append(
                ExportFolder(
                    services: services,
                    folder: exportFolder,
                    formats: exportFormats,
                    pattern: exportName,
                    logger: logger
                )
            )
        }
        return all
    }
}
