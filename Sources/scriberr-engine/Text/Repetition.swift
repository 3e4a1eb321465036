/// Finds the loops that attention models fall into: the same few words over and over.
enum Repetition {
    /// The longest phrase that is looked for, in words.
    private static let phraseMax = 8

    /// Whether some phrase is said so often without a break that nobody says it. People do say "no no no" and
    /// "thank you, thank you": a single word counts from 8 times on, a phrase from 4.
    static func isLoop(_ text: String) -> Bool {
        let words = SpreadWords.split(text.lowercased()).map { $0.filter { !$0.isPunctuation } }.filter { !$0.isEmpty }
        guard words.count >= 8 else { return false }
        return (1...phraseMax).contains { length in
            longestRun(of: length, in: words) >= (length == 1 ? 8 : 4)
        }
    }

    /// How often the most repeated phrase of `length` words stands in a row.
    private static func longestRun(of length: Int, in words: [String]) -> Int {
        guard words.count > length else { return 0 }
        var longest = 1
        var equal = 0
        for index in length..<words.count {
            equal = words[index] == words[index - length] ? equal + 1 : 0
            longest = max(longest, 1 + equal / length)
        }
        return longest
    }
}
