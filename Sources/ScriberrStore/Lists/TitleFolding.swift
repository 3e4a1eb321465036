import Foundation

/// Titles as they are searched and sorted by.
package enum TitleFolding {
    /// `title` without regard to case and compatibility forms: `STRASSE` and `Straße` fold alike, as do `ﬁ` and `fi`.
    package static func fold(_ title: String) -> String {
        // Most titles; the long way costs a transaction more than all its statements.
        if title.utf8.allSatisfy({ $0 < 0x80 }) { return title.lowercased() }
        // Upper case first: only that way around ß and ss, or the two small sigmas, come out the same.
        var folded = String.UnicodeScalarView()
        for scalar in title.precomposedStringWithCompatibilityMapping.uppercased().lowercased().unicodeScalars {
            folded.append(scalar == "\u{3C2}" ? "\u{3C3}" : scalar)
        }
        return String(folded).precomposedStringWithCanonicalMapping
    }

    /// A pattern for `LIKE … ESCAPE '\'` that finds `folded` anywhere, its own wildcards taken literally.
    package static func pattern(containing folded: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in folded.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { escaped.append("\\") }
            escaped.append(scalar)
        }
        return "%" + String(escaped) + "%"
    }
}
