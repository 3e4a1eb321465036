/// How well a text can be divided behind a word. Small is good; the numbers only mean something next to each other.
enum BreakQuality {
    static func cost(after left: CueWord, before right: CueWord) -> Double {
        if Punctuation.endsSentence(left.text, next: right.text) { return 0 }
        let pause = Double(right.start.value - left.end.value)
        var cost = grammar(left.text, right.text)
        if pause >= 300 { cost = min(cost, 4) }
        return cost
    }

    /// The cost by words alone, for the end of a line.
    static func grammar(_ left: String, _ right: String) -> Double {
        if Punctuation.endsSentence(left, next: right) { return 0 }
        if Punctuation.endsClause(left) { return 3 }
        let (last, first) = (left.lowercased(), right.lowercased())
        if holdsOn.contains(last) { return 30 }
        if leadsIn.contains(first) { return 7 }
        return 14
    }

    /// Articles, prepositions and possessives: they belong to what follows.
    private static let holdsOn: Set<String> = [
        "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "with", "from", "my", "your", "his", "her", "its", "our",
        "their", "this", "that", "no", "not", "very", "mr.", "mrs.", "dr.",
        "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "im", "am", "zum", "zur", "mit",
        "von",
        "le", "la", "les", "un", "une", "des", "du", "de", "à", "en", "el", "los", "las", "una", "il", "lo", "gli", "o", "os",
        "as",
    ]

    /// Conjunctions and relative pronouns: a line may well begin with them.
    private static let leadsIn: Set<String> = [
        "and", "but", "or", "because", "that", "which", "who", "when", "where", "while", "if", "so", "than", "as", "with", "for",
        "from", "to", "in", "und", "aber", "oder", "weil", "dass", "wenn", "als", "wie", "mit", "für", "et", "mais", "ou",
        "parce",
        "que", "qui", "quand", "y", "pero", "porque", "cuando", "e", "ma", "perché", "che", "mas",
    ]
}
