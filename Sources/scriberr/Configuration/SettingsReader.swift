import Configuration
import Foundation
import ScriberrCore

/// Reads settings by the name of their environment variable and gathers every mistake, so that a person mends all at once.
///
/// The process's environment goes before a `.env` file in the current folder; an empty value counts as not set.
struct SettingsReader {
    private let config: ConfigReader
    /// One sentence per line of the file that cannot be read and per wrong variable, in the order they were read.
    private(set) var problems: [String] = []

    /// Reads from the given environment and, when it exists, the file.
    init(environment: [String: String], environmentFile: String?) {
        let file = environmentFile.map { EnvironmentFile(path: $0) }
        problems = file?.problems ?? []
        let given = environment.filter { !$0.value.isEmpty }
        let variables = (file?.values ?? [:]).merging(given) { _, new in new }
        config = ConfigReader(providers: [EnvironmentVariablesProvider(environmentVariables: variables)])
    }

    /// The raw value; nil when the variable is not set or empty.
    func value(_ name: String) -> String? {
        let key = ConfigKey(name.lowercased().split(separator: "_").map(String.init))
        let text = config.string(forKey: key, isSecret: Self.isSecret(name))
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value or, when the variable is not set, `fallback`.
    func string(_ name: String, default fallback: String) -> String { value(name) ?? fallback }

    /// The value without blanks around it or, when nothing is left of it, `fallback`.
    func trimmed(_ name: String, default fallback: String) -> String {
        let text = (value(name) ?? "").trimmingCharacters(in: .whitespaces)
        return text.isEmpty ? fallback : text
    }

    /// The value as `parse` reads it; a value it answers nil for is a problem that says what is wanted.
    mutating func parsed<Value>(_ name: String, default fallback: Value, wants: String, parse: (String) -> Value?) -> Value {
        guard let text = value(name) else { return fallback }
        guard let parsed = parse(text) else {
            reject(name, got: text, wants: wants)
            return fallback
        }
        return parsed
    }

    /// A whole number within bounds.
    mutating func integer(_ name: String, default fallback: Int, in bounds: ClosedRange<Int>) -> Int {
        let wants =
            bounds.upperBound == Int.max
            ? "a whole number of at least \(bounds.lowerBound)"
            : "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        return parsed(name, default: fallback, wants: wants) { text in
            Int(text.trimmingCharacters(in: .whitespaces)).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }

    /// A duration above zero, written as Go writes them.
    mutating func duration(_ name: String, default fallback: Duration, atLeast least: Duration? = nil) -> Duration {
        let wants = least.map { "a duration of at least \($0.text)" } ?? "a duration above zero"
        return parsed(name, default: fallback, wants: "\(wants) such as \(least?.text ?? "500ms, 2s") or 1h30m") { text in
            Duration(text: text.trimmingCharacters(in: .whitespaces)).flatMap { $0 > .zero && $0 >= least ?? .zero ? $0 : nil }
        }
    }

    /// A truth value: one of 1, t, T, TRUE, true, True, 0, f, F, FALSE, false, False.
    mutating func bool(_ name: String, default fallback: Bool) -> Bool {
        parsed(name, default: fallback, wants: "true or false") { text in
            switch text.trimmingCharacters(in: .whitespaces) {
            case "1", "t", "T", "TRUE", "true", "True": true
            case "0", "f", "F", "FALSE", "false", "False": false
            default: nil
            }
        }
    }

    /// One of the given words, in any case and with spaces around it ignored.
    mutating func choice<Value>(_ name: String, default fallback: Value, of choices: KeyValuePairs<String, Value>) -> Value {
        parsed(name, default: fallback, wants: "one of " + choices.map(\.key).joined(separator: ", ")) { text in
            let word = text.trimmingCharacters(in: .whitespaces).lowercased()
            return choices.first { $0.key == word }?.value
        }
    }

    /// Notes that a variable has a value it must not have. The value of a secret is not repeated.
    mutating func reject(_ name: String, got text: String, wants: String) {
        let shown = Self.isSecret(name) ? "a value that cannot be used" : "\"\(text.prefix(80))\""
        problems.append("\(name): got \(shown), wants \(wants)")
    }

    /// Notes that a variable that has no default is not set.
    mutating func require(_ name: String, because reason: String) {
        problems.append("\(name): is not set, but \(reason)")
    }

    private static func isSecret(_ name: String) -> Bool {
        ["SECRET", "KEY", "TOKEN", "PASSWORD"].contains { name.contains($0) } || name.contains("_URL")
    }
}
