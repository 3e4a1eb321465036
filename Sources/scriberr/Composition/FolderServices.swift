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
                    guard let owner = try await owner() else {
                        throw ScriberrError(.notFound, "There is no account that watched recordings could belong to.")
                    }
                    return try await watch(for: owner)
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

    private func owner() async throws -> UserID? {
        let users = try await services.accounts.users().filter { !$0.isDisabled }
        guard let name = settings.user else { return users.first { $0.role == .admin }?.id }
        return users.first { $0.username.lowercased() == name.lowercased() }?.id
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
