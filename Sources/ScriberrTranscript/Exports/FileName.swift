import Foundation

/// Names of files that are made of what people wrote.
package enum FileName {
    /// A name that no system takes for a path, a hidden file, a device or another ending; nil when nothing is left of it.
    package static func clean(_ title: String, charactersMax: Int = .max, bytesMax: Int) -> String? {
        var scalars = String.UnicodeScalarView()
        for scalar in title.unicodeScalars where !turnsText(scalar) {
            scalars.append(forbidden.contains(scalar) || scalar.properties.generalCategory == .control ? "_" : scalar)
        }
        var name = String(String(scalars).prefix(charactersMax))
        while name.utf8.count > bytesMax { name.removeLast() }
        name = name.trimmingCharacters(in: CharacterSet(charactersIn: ". "))
        let stem = name.prefix { $0 != "." }
        return name.isEmpty ? nil : devices.contains(stem.uppercased()) ? "_" + name : name
    }

    private static let forbidden = Set<Unicode.Scalar>("/\\:*?\"<>|".unicodeScalars)
    /// Windows' own, whatever the ending behind them.
    private static let devices = Set(["CON", "PRN", "AUX", "NUL"] + (1...9).flatMap { ["COM\($0)", "LPT\($0)"] })

    /// Marks that have text run the other way hide an ending: `exe.txt` shows as `txt.exe`.
    private static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
}
