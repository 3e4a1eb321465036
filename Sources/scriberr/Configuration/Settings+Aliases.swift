import Logging
import ScriberrEngines

extension Settings.Guests {
    /// Looks whether the models that other names stand for are among `cards`. Throws ``SettingsError`` when one is not; but where
    /// workers on other machines bring models of their own, which nobody knows here (`isShared`), that is worth a warning.
    func checkAliases(_ cards: [ModelCard], isShared: Bool, logger: Logger) throws {
        let known = Set(cards.filter { $0.capabilities.contains("transcription") }.map(\.id))
        let unknown = Set(modelAliases.values).filter { !$0.isEmpty && !known.contains($0) }.sorted()
        guard !unknown.isEmpty else { return }
        let names = unknown.joined(separator: ", ").prefix(200)
        guard isShared else {
            throw SettingsError(problems: [
                "OPENAI_MODEL_ALIASES: there is no model \(names); scriberr models list tells which there are"
            ])
        }
        logger.warning("OPENAI_MODEL_ALIASES names models that are not known here", metadata: ["models": "\(names)"])
    }
}
