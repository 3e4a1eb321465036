import ScriberrCore
import ScriberrServices

/// The names of others' models under which ours are asked for, as OpenAI's clients do.
package struct ModelAliases: Sendable, Hashable {
    /// By name; an empty model means the account's default.
    private var models: [String: String]

    /// OpenAI's own names, for the account's default model; `changes` adds names or gives them another model.
    package init(changes: [String: String] = [:]) {
        models = Dictionary(uniqueKeysWithValues: Self.known.map { ($0, "") }).merging(changes) { $1 }
    }

    private static let known = [
        "whisper-1", "gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-mini-transcribe-2025-12-15",
        "gpt-4o-transcribe-diarize",
    ]

    /// In the order of the alphabet.
    var names: [String] { models.keys.sorted() }

    /// Whether a name is one of these.
    func has(_ name: String) -> Bool { models[name] != nil }

    /// What a name stands for: a model of ours, or `absent` for the account's default.
    func model(_ name: String) -> Given<String> {
        guard let model = models[name] else { return .value(name) }
        return model.isEmpty ? .absent : .value(model)
    }

    /// Whether a name asks for speakers by itself, as `gpt-4o-transcribe-diarize` does.
    func tellsSpeakers(_ name: String) -> Bool { has(name) && name.hasSuffix("-diarize") }
}
