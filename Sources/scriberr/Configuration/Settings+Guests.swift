import Foundation

extension Settings {
    /// Clients that speak OpenAI's or whisper-asr-webservice's language.
    struct Guests: Sendable {
        /// Models by the names under which such clients ask for them; an empty model means the account's default.
        var modelAliases: [String: String]
        /// Whether programs on this machine may call without a key.
        var needNoKeyHere: Bool
    }
}

extension Settings.Guests {
    init(from reader: inout SettingsReader) {
        modelAliases = reader.parsed(
            "OPENAI_MODEL_ALIASES",
            default: [:],
            wants: "pairs such as whisper-1=whisper-small,best=default"
        ) {
            Self.aliases($0)
        }
        needNoKeyHere = reader.bool("GUESTS_WITHOUT_KEY_ON_LOOPBACK", default: false)
    }

    /// `name=model,name=default`; nil for anything else.
    private static func aliases(_ text: String) -> [String: String]? {
        var aliases: [String: String] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else { return nil }
            aliases[parts[0]] = parts[1] == "default" ? "" : parts[1]
        }
        return aliases
    }
}
