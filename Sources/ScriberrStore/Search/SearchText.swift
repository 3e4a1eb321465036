import Foundation

/// Text as it is searched: words without regard to case, compatibility forms and, in Latin and Greek, accents.
///
/// Scripts that put no spaces between words give one word for each character, so that what is searched for in them is found as
/// a phrase of characters. The database sees nothing but letters, digits and single spaces, and every database cuts those alike.
package enum SearchText {
    /// The words of `text`, in order.
    package static func words(_ text: some StringProtocol) -> [String] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return text.utf8.split { !isASCIIWord($0) }.map { String(decoding: $0, as: UTF8.self).lowercased() }
        }
        var (words, word, base) = ([String](), String.UnicodeScalarView(), UInt32(0))
        func end() {
            if !word.isEmpty { words.append(String(word).precomposedStringWithCanonicalMapping) }
            word = String.UnicodeScalarView()
        }
        for scalar in CaseFolding.fold(String(text)).decomposedStringWithCompatibilityMapping.unicodeScalars {
            if isMark(scalar) {
                // An accent on a Latin or Greek letter is left out; elsewhere marks are part of the word.
                if !word.isEmpty, !CaseFolding.isAccent(scalar, on: base) { word.append(scalar) }
                continue
            }
            base = scalar.value
            guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
                end()
                continue
            }
            if standsAlone(scalar) { end() }
            word.append(scalar)
            if standsAlone(scalar), !takesMarks(scalar) { end() }
        }
        end()
        return words
    }

    /// What somebody looks for: the terms of `query`, at most ``termsMax``. A term is what stands between spaces: one word, or
    /// several that must follow each other. Its last word may go on.
    package static func terms(_ query: String) -> [[String]] {
        let terms = query.split(whereSeparator: \.isWhitespace).map { words($0) }.filter { !$0.isEmpty }
        return Array(terms.prefix(termsMax))
    }

    /// More terms than this are not looked for.
    package static let termsMax = 8

    /// Where in `words` a term begins; nil when it is not there.
    package static func place(of term: [String], in words: [String]) -> Int? {
        guard let last = term.last, words.count >= term.count else { return nil }
        return (0...words.count - term.count).first { start in
            words[start + term.count - 1].hasPrefix(last)
                && zip(term.dropLast(), words[start...]).allSatisfy { $0 == $1 }
        }
    }

    private static func isASCIIWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Whether the script puts no spaces between words.
    private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Thai, Lao, Myanmar, Khmer, kana, ideographs.
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    /// Whether marks may follow the character, which then belong to it.
    private static func takesMarks(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x3100 }
}
