import ArgumentParser
import Foundation
import Logging
import ScriberrCore
import ScriberrStore

/// `scriberr admin migrate-storage`.
struct MigrateStorageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate-storage",
        abstract: "Bring every recording from a folder into a bucket, or back.",
        discussion: """
            Stop every server and worker first. DATABASE_URL or DATABASE_PATH names the database, which knows the recordings.
              scriberr admin migrate-storage --from file:data/uploads --to 's3://recordings?endpoint=https://s3.example.org'

            Each recording is compared with the checksum in the database and read back from its new place. A run that was
            interrupted goes on when it is started again. The old place keeps everything.
            """
    )

    @Option(help: "Where recordings lie: file:FOLDER or s3://BUCKET…")
    var from: String

    @Option(help: "Where they shall lie.")
    var to: String

    func run() async throws {
        try await runForAdministrator {
            let settings = try await Settings.read()
            let opened = try OpenedDatabase(settings, logger: .init(label: "scriberr") { _ in SwiftLogNoOpLogHandler() })
            let result: Result<StorageTally, any Error>
            do {
                result = .success(try await move(opened.database))
            } catch {
                result = .failure(error)
            }
            await opened.database.close()
            opened.holdUntilHere()
            try report(try result.get())
        }
    }

    private func move(_ database: any Database) async throws -> StorageTally {
        let source = try await store(from, "--from")
        do {
            let target = try await store(to, "--to")
            let terminal = Terminal()
            defer { terminal.clear() }
            let name = to.split(separator: "?").first.map(String.init) ?? to
            let move = StorageMove(database, from: source.blobs, to: target.blobs, name: name) { tally in
                let done = tally.moved + tally.there
                terminal.status("\(Terminal.bar(tally.total == 0 ? 1 : Double(done) / Double(tally.total))) \(done) recordings")
            }
            let tally: StorageTally
            do {
                tally = try await move.run()
            } catch {
                await target.close()
                throw error
            }
            await target.close()
            await source.close()
            return tally
        } catch {
            await source.close()
            throw error
        }
    }

    private func store(_ address: String, _ option: String) async throws -> RecordingStore {
        do {
            let settings = try await Settings.read(changing: ["STORAGE_URL": address, "STORAGE_REDIRECT": "false"])
            if case .folder(let path) = settings.storage { try makeFolder(path) }
            return try await RecordingStore.open(
                settings.storage,
                logger: .init(label: "scriberr") { _ in SwiftLogNoOpLogHandler() }
            )
        } catch let error as SettingsError {
            throw SettingsError(problems: error.problems.map { $0.replacing("STORAGE_URL", with: option) })
        }
    }

    private func report(_ tally: StorageTally) throws {
        for key in tally.missing { try Output.line("missing  \(key)") }
        for key in tally.damaged { try Output.line("damaged  \(key)") }
        try Output.line("\(tally.moved) recordings moved, \(tally.there) were there, \(tally.bytes) bytes compared.")
        guard tally.isWhole else {
            throw ScriberrError(
                .mediaMissing,
                "\(tally.missing.count) recordings are missing and \(tally.damaged.count) are damaged. Mend them and run this again."
            )
        }
        try Output.line("The move is done. Set STORAGE_URL to the new place and start the server.")
    }
}
