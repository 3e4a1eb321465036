import Foundation

/// Text without regard to case.
package enum CaseFolding {
    /// `text` without regard to case and compatibility forms: `STRASSE` and `Straße` fold alike, as do `ﬁ` and `fi`.
    package static func fold(_ text: String) -> String {
        // Most texts; the long way costs a transaction more than all its statements.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        // Upper case first: only that way around ß and ss, or the two small sigmas, come out the same.
        var folded = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCompatibilityMapping.uppercased().lowercased().unicodeScalars {
            folded.append(scalar == "\u{3C2}" ? "\u{3C3}" : scalar)
        }
        return String(folded).precomposedStringWithCanonicalMapping
    }

    /// Whether `mark` is an accent on `base`, a Latin or Greek letter. Elsewhere marks make another letter.
    static func isAccent(_ mark: Unicode.Scalar, on base: UInt32) -> Bool { (0x300...0x36F).contains(mark.value) && base < 0x400 }
}
