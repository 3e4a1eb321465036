import ArgumentParser
import Foundation
import ScriberrCore
import ScriberrEngines

/// `scriberr models`.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Show the speech models.",
        subcommands: [List.self, Pull.self, Remove.self, Verify.self],
        defaultSubcommand: List.self
    )

    /// `scriberr models list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the models: which are installed, what they can do, how large they are."
        )

        @Flag(help: "Print JSON.")
        var json = false

        @Flag(help: "Only what is installed.")
        var installed = false

        func run() async throws {
            let engines = try EngineRoom(await Settings.readForCommand())
            let cards = try await engines.registry.models().filter { !installed || $0.installed }
            await engines.close()
            if json { return try printJSON(cards) }
            try Output.line(table(cards))
        }

        private func table(_ cards: [ModelCard]) -> String {
            let rows = [["MODEL", "INSTALLED", "SIZE", "LANGUAGES", "CAN"]] + cards.map(row)
            let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
            return rows.map { row in
                zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
                    .trimmingCharacters(in: .whitespaces)
            }.joined(separator: "\n")
        }

        private func row(_ card: ModelCard) -> [String] {
            let languages = card.languages.count > 4 ? "\(card.languages.count) languages" : card.languages.joined(separator: " ")
            let size = card.sizeBytes.map { "\(max(1, ($0 + 500_000) / 1_000_000)) MB" } ?? "-"
            return [
                card.id, card.installed ? "yes" : "no", size, languages.isEmpty ? "any" : languages,
                card.capabilities.joined(separator: ", "),
            ]
        }

        private func printJSON(_ cards: [ModelCard]) throws {
            let items = cards.map { card in
                Item(
                    id: card.id,
                    name: card.name,
                    provider: card.provider,
                    installed: card.installed,
                    capabilities: card.capabilities,
                    languages: card.languages,
                    sizeBytes: card.sizeBytes,
                    licence: card.licence,
                    family: card.family
                )
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try Output.line(String(decoding: encoder.encode(items), as: UTF8.self))
        }

        private struct Item: Encodable {
            var id: String
            var name: String
            var provider: String
            var installed: Bool
            var capabilities: [String]
            var languages: [String]
            var sizeBytes: Int64?
            var licence: String?
            var family: String

            private enum CodingKeys: String, CodingKey {
                case id, name, provider, installed, capabilities, languages, licence, family
                case sizeBytes = "size_bytes"
            }
        }
    }
}
