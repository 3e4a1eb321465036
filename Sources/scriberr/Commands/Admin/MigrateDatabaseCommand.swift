import ArgumentParser
import Foundation
import ScriberrCore
import ScriberrStore
import Synchronization

/// `scriberr admin migrate-database`.
struct MigrateDatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate-database",
        abstract: "Bring everything from one database into another: SQLite to PostgreSQL, or back.",
        discussion: """
            Stop every server and worker first; recordings stay where they are.
              scriberr admin migrate-database --from sqlite:data/scriberr.db --to postgres://scriberr@db/scriberr

            A run that was interrupted goes on when it is started again, and one that was complete says so. At the end both databases are read again and compared,
            table by table. The source is only read, except for a mark that keeps servers away meanwhile.
            """
    )

    @Option(help: "The database to copy: sqlite:PATH or postgres://…")
    var from: String

    @Option(help: "The database to fill; it must be empty, or hold an interrupted run of the same move.")
    var to: String

    @Flag(help: "Throw away what the target holds of an interrupted move, and begin anew.")
    var restart = false

    @Flag(help: "Copy nothing; compare the two databases.")
    var verify = false

    func run() async throws {
        try await runForAdministrator {
            let source = try await MovableDatabase(source: from, option: "--from")
            do {
                let target = try await MovableDatabase(target: to, option: "--to")
                do {
                    try await move(source.database, target.database)
                } catch {
                    await target.close()
                    throw error
                }
                await target.close()
            } catch {
                await source.close()
                throw error
            }
            await source.close()
        }
    }

    private func move(_ source: any Database, _ target: any Database) async throws {
        let watcher = MoveWatcher()
        let move = DatabaseMove(from: source, to: target) { watcher.note($0) }
        if verify {
            let compared = try await move.compareAll()
            watcher.end()
            try report(compared)
            return
        }
        let compared = try await move.run(restart: restart)
        watcher.end()
        try report(compared)
        try Output.line(
            "The move is done. Set DATABASE_URL to the new database and start the server; the search index is made anew then."
        )
    }

    private func report(_ compared: [TableComparison]) throws {
        let width = compared.map(\.table.count).max() ?? 0
        for table in compared {
            let name = table.table.padding(toLength: width, withPad: " ", startingAt: 0)
            let rows =
                table.isEqual ? "\(table.source.count) rows" : "\(table.source.count) rows here, \(table.target.count) there"
            try Output.line("\(table.isEqual ? "same  " : "DIFFER") \(name)  \(rows)  \(table.source.text.prefix(16))")
        }
        let rows = compared.reduce(0) { $0 + $1.source.count }
        let differing = compared.filter { !$0.isEqual }.map(\.table)
        guard differing.isEmpty else {
            throw ScriberrError(.conflict, "These tables differ: \(differing.joined(separator: ", ")).", disposition: .permanent)
        }
        try Output.line("\(compared.count) tables with \(rows) rows are the same in both databases.")
    }
}

/// Tells a person how far a move has come, table by table.
private final class MoveWatcher: Sendable {
    private let terminal = Terminal()
    private let current = Mutex<MoveProgress?>(nil)

    func note(_ progress: MoveProgress) {
        let before = current.withLock { current in
            defer { current = progress }
            return current
        }
        if case .copying(let table, let copied, _) = before, progress.table != table || !progress.isCopying {
            terminal.say("copied \(table): \(copied) rows")
        }
        switch progress {
        case .copying(let table, let copied, let total):
            terminal.status("\(Terminal.bar(total == 0 ? 1 : Double(copied) / Double(total))) \(table)")
        case .comparing(let table): terminal.status("comparing \(table)")
        case .wasComplete: terminal.say("The move was complete already; nothing was copied.")
        }
    }

    func end() { terminal.clear() }
}

extension MoveProgress {
    fileprivate var table: String? {
        switch self {
        case .copying(let table, _, _), .comparing(let table): table
        case .wasComplete: nil
        }
    }

    fileprivate var isCopying: Bool {
        if case .copying = self { true } else { false }
    }
}
