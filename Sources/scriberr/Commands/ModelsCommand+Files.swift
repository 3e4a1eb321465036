import ArgumentParser
import Foundation
import ScriberrCore
import ScriberrEngines

extension ModelsCommand {
    /// `scriberr models pull`.
    struct Pull: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull",
            abstract: "Download models. A download that was cut off goes on where it stopped."
        )

        @Argument(help: "Names as 'scriberr models list' shows them.")
        var names: [String]

        func run() async throws {
            try await forEach(names) { store, name, terminal in
                _ = try await store.pull(name) { event in
                    guard case .downloading(let received, let total) = event else { return }
                    let share = total.map { $0 > 0 ? Double(received) / Double($0) : 0 }
                    terminal.status("\(name): \(share.map { Terminal.bar($0) } ?? "") \(received / 1_000_000) MB")
                }
                return "installed"
            }
        }
    }

    /// `scriberr models remove`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove downloaded models.")

        @Argument(help: "Names as 'scriberr models list' shows them.")
        var names: [String]

        func run() async throws {
            try await forEach(names) { store, name, _ in
                try await store.remove(name)
                return "removed"
            }
        }
    }

    /// `scriberr models verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Read the files of installed models again and compare them with what was downloaded."
        )

        @Argument(help: "Names as 'scriberr models list' shows them.")
        var names: [String]

        func run() async throws {
            try await forEach(names) { store, name, terminal in
                terminal.status("\(name): reading its files")
                let found = try await store.verify(name)
                guard found.isGood else {
                    throw ScriberrError(.modelCorrupt, "Its files have changed; remove it and pull it again.")
                }
                return "good"
            }
        }
    }
}

/// Does something with each model and says how it went. Throws exit status 1 when it did not go well for one of them.
private func forEach(
    _ names: [String],
    _ action: (ModelStore, String, Terminal) async throws -> String
) async throws {
    let settings = try await Settings.readForCommand()
    let store = ModelStore(settings: EngineSettings(settings, slots: 1))
    let terminal = Terminal()
    var isGood = true
    for name in names {
        do {
            let outcome = try await action(store, name, terminal)
            terminal.clear()
            try Output.line("\(name): \(outcome)")
        } catch let error as ScriberrError {
            isGood = false
            terminal.say("\(name): \(error.message) [\(error.code.rawValue)]")
        }
    }
    guard isGood else { throw ExitCode(1) }
}
