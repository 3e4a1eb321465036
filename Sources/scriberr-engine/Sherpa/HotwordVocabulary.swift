import ScriberrCore

/// The file of word pieces that the library wants for hotwords and no model brings along: made from the model's tokens,
/// the earlier ones likelier.
enum HotwordVocabulary {
    /// Makes the file.
    static func file(tokensPath: String) throws -> NamelessFile {
        guard let table = try? TokenTable(path: tokensPath) else {
            throw ScriberrError(.modelCorrupt, "The model's list of tokens is damaged; download the model again.")
        }
        let lines = (0..<table.count).compactMap { number in table.tokens[number].map { "\($0)\t-\(number)\n" } }
        return try NamelessFile(lines.joined())
    }
}
