import Foundation

/// Titles as they are searched and sorted by.
package enum TitleFolding {
    /// `title` without regard to case, compatibility forms and, in Latin and Greek, accents.
    package static func fold(_ title: String) -> String {
        let folded = CaseFolding.fold(title)
        if folded.utf8.allSatisfy({ $0 < 0x80 }) { return folded }
        var (plain, base) = (String.UnicodeScalarView(), UInt32.max)
        for scalar in folded.decomposedStringWithCompatibilityMapping.unicodeScalars {
            if CaseFolding.isAccent(scalar, on: base) { continue }
            if scalar.properties.canonicalCombiningClass == .notReordered { base = scalar.value }
            plain.append(scalar)
        }
        return String(plain).precomposedStringWithCanonicalMapping
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
