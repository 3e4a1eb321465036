/// Where sentences and clauses end, judged from the words alone.
enum Punctuation {
    /// Whether a sentence ends with `word`. `next` is what follows; a lower-case letter there says that it goes on.
    static func endsSentence(_ word: String, next: String?) -> Bool {
        var rest = word[...]
        while let last = rest.last, closingMarks.contains(last) { rest.removeLast() }
        guard let mark = rest.last else { return false }
        if wideEnds.contains(mark) { return true }
        guard narrowEnds.contains(mark) else { return false }
        if let first = next?.first(where: { $0.isLetter || $0.isNumber }), first.isLowercase { return false }
        return mark != "." || !isAbbreviation(rest.dropLast())
    }

    /// Whether a clause ends with `word`: a comma, semicolon, colon or dash.
    static func endsClause(_ word: String) -> Bool {
        var rest = word[...]
        while let last = rest.last, closingMarks.contains(last) { rest.removeLast() }
        guard let mark = rest.last else { return false }
        return clauseEnds.contains(mark)
    }

    private static let wideEnds: Set<Character> = ["。", "？", "！", "｡", "．", "‼", "⁇", "⁈", "⁉", "।", "॥", "؟", "۔", "።"]
    private static let narrowEnds: Set<Character> = [".", "?", "!", "…"]
    private static let clauseEnds: Set<Character> = [",", ";", ":", "—", "–", "、", "，", "；", "：", "،", "؛", "､"]
    private static let closingMarks: Set<Character> = [
        "\"", "'", "”", "’", "»", "›", ")", "]", "}", "」", "』", "）", "》", "】", "〉",
    ]

    /// Short words that a full stop follows in the middle of a sentence, and initials such as `J.`.
    private static func isAbbreviation(_ stem: Substring) -> Bool {
        let word = stem.drop { !$0.isLetter && !$0.isNumber }
        if word.count == 1, let letter = word.first, letter.isUppercase, letter != "I" { return true }
        return abbreviations.contains(word.lowercased())
    }

    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "vs", "sr", "sra", "jr", "mme", "mlle", "hr", "fr", "nr", "bzw", "ca", "e.g",
        "i.e", "z.b", "d.h", "p.ex", "gen", "col", "lt", "sgt", "capt", "rev", "hon", "gov", "sen", "rep", "dott", "sig",
    ]
}
