import Foundation
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
        var result = ""
        var rest = text.startIndex
        var search = text.startIndex
        while search < text.endIndex, let hit = text.range(of: find, options: options, range: search..<text.endIndex) {
            if wholeWords, !isWhole(hit, in: text) {
                search = text.index(after: hit.lowerBound)
                continue
            }
            result += text[rest..<hit.lowerBound] + with
            guard result.utf8.count <= limitBytes else { throw .edit("a segment becomes longer than 100,000 bytes") }
            rest = hit.upperBound
            search = hit.upperBound
        }
        return result + text[rest...]
    }

    private var options: String.CompareOptions { matchesCase ? [] : [.caseInsensitive] }

    private func isWhole(_ range: Range<String.Index>, in text: String) -> Bool {
        let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
        let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
        return ![before, after].contains { $0.map { $0.isLetter || $0.isNumber } ?? false }
    }
}
