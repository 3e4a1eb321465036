package import ScriberrCore

/// One text for another, wherever it stands.
package struct TextReplacement: Sendable, Hashable {
    /// What to look for.
    package var find: String
    /// What to write there.
    package var with: String
    /// Whether capitals count.
    package var matchesCase: Bool
    /// Whether it must not be part of a longer word.
    package var wholeWords: Bool

    package init(find: String, with: String, matchesCase: Bool = false, wholeWords: Bool = false) {
        self.find = find
        self.with = with
        self.matchesCase = matchesCase
        self.wholeWords = wholeWords
    }

    /// The text with every occurrence replaced, from left to right. Throws `VALIDATION_ERROR` (`operations`) where that is longer than
    /// `limitBytes`.
    package func applied(to text: String, limitBytes: Int = .max) throws(ScriberrError) -> String {
        let (scalars, wanted) = (Array(text.unicodeScalars), find.unicodeScalars.map(folded))
        guard !wanted.isEmpty else { return text }
        let borders = Self.borders(of: wanted)
        var (result, bytes, rest, matched) = (String.UnicodeScalarView(), text.utf8.count, 0, 0)
        for (place, scalar) in scalars.enumerated() {
            let present = folded(scalar)
            while matched > 0, wanted[matched] != present { matched = borders[matched - 1] }
            if wanted[matched] == present { matched += 1 }
            guard matched == wanted.count else { continue }
            let range = place + 1 - matched..<place + 1
            matched = borders[matched - 1]
            guard isPlace(range, in: scalars) else { continue }
            bytes += with.utf8.count - scalars[range].reduce(0) { $0 + UTF8.width($1) }
            guard bytes <= limitBytes else { throw .edit("a segment becomes longer than 100,000 bytes") }
            result += scalars[rest..<range.lowerBound]
            result += with.unicodeScalars
            (rest, matched) = (range.upperBound, 0)
        }
        result += scalars[rest...]
        return String(result)
    }

    /// For each beginning of a text how long the longest shorter one is that it ends with, so that no text is looked through twice
    /// (Knuth, Morris and Pratt).
    private static func borders(of wanted: [Unicode.Scalar]) -> [Int] {
        var borders = [0]
        var length = 0
        for scalar in wanted.dropFirst() {
            while length > 0, wanted[length] != scalar { length = borders[length - 1] }
            if wanted[length] == scalar { length += 1 }
            borders.append(length)
        }
        return borders
    }

    /// Letters are alike by Unicode's simple folding, one for one, as browsers find them: `ss` is not in `Straße`.
    private func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        // Dotless i has the capital of i, and is another letter.
        guard !matchesCase, scalar != "\u{131}" else { return scalar }
        if scalar.isASCII { return ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar }
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        let lower = (upper.count == 1 ? upper[upper.startIndex] : scalar).properties.lowercaseMapping.unicodeScalars
        return lower.count == 1 ? lower[lower.startIndex] : scalar
    }

    /// Whether what stands there may be taken out: not a letter without its accent, nor, where that is asked, a part of a word.
    private func isPlace(_ range: Range<Int>, in scalars: [Unicode.Scalar]) -> Bool {
        let before = range.lowerBound > 0 ? scalars[range.lowerBound - 1] : nil
        let after = range.upperBound < scalars.count ? scalars[range.upperBound] : nil
        if let after, after.properties.isMark { return false }
        return !wholeWords || ![before, after].contains { $0?.properties.isLetterOrNumber ?? false }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isMark: Bool {
        switch generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    fileprivate var isLetterOrNumber: Bool {
        switch generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            true
        default: false
        }
    }
}
