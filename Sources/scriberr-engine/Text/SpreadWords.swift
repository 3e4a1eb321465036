import ScriberrCore

/// Gives words times where a model gives none: spread over the stretches of speech by their length in letters.
/// An estimate: right to a word or two in short stretches, and marked as such by the missing confidence.
enum SpreadWords {
    /// `stretches` are in order and do not overlap; the words stay inside them.
    static func words(of text: String, over stretches: [Range<Double>]) -> [Word] {
        let parts = split(text)
        let spoken = stretches.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
        guard !parts.isEmpty, spoken > 0 else { return [] }
        // A word takes time for its letters and a little for itself.
        let weights = parts.map { Double($0.count) + 1 }
        let perWeight = spoken / weights.reduce(0, +)
        var heard = 0.0
        return zip(parts, weights).map { part, weight in
            let own = wholeStretch(heard..<(heard + weight * perWeight), stretches)
            heard += weight * perWeight
            let start = time(own.lowerBound, in: stretches, isEnd: false)
            return Word(start: start, end: max(time(own.upperBound, in: stretches, isEnd: true), start), word: part)
        }
    }

    /// Nobody pauses inside a word: one that lies across a pause belongs to the side with the larger part of it.
    private static func wholeStretch(_ word: Range<Double>, _ stretches: [Range<Double>]) -> Range<Double> {
        var border = 0.0
        for stretch in stretches {
            border += stretch.upperBound - stretch.lowerBound
            guard word.lowerBound < border - 1e-9, border + 1e-9 < word.upperBound else { continue }
            let before = border - word.lowerBound
            return before >= word.upperBound - border ? word.lowerBound..<border : border..<word.upperBound
        }
        return word
    }

    /// Words as a reader sees them, with their punctuation; every character of a script without spaces is one.
    static func split(_ text: String) -> [String] {
        var words: [String] = []
        var isOpen = false
        var isGlued = false
        for character in text {
            if character.isWhitespace {
                (isOpen, isGlued) = (false, false)
            } else if character.unicodeScalars.first?.isIdeographicOrKana == true {
                words.append(String(character))
                (isOpen, isGlued) = (false, true)
            } else if isOpen || isGlued && character.isPunctuation {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
                (isOpen, isGlued) = (true, false)
            }
        }
        return words.filter { !$0.allSatisfy(\.isPunctuation) }
    }

    /// Where a number of spoken seconds has been reached. On a border between stretches a start is at the next one's
    /// beginning and an end at the last one's end.
    private static func time(_ heard: Double, in stretches: [Range<Double>], isEnd: Bool) -> Double {
        var rest = heard
        for stretch in stretches {
            let length = stretch.upperBound - stretch.lowerBound
            if rest < length - 1e-9 || isEnd && rest <= length + 1e-9 { return stretch.lowerBound + min(rest, length) }
            rest -= length
        }
        return stretches.last?.upperBound ?? 0
    }
}
