import ScriberrCore

/// A loaded model as one order uses it.
protocol Recognizer: Sendable {
    /// How speech is cut for it.
    var rules: PieceRules { get }

    /// How many pieces may be recognized at once.
    var parallelism: Int { get }

    /// Seconds of speech that ``listen(to:)`` wants; 0 when it wants none.
    var preludeSeconds: Double { get }

    /// Told before anything is recognized how the recording sounds: its first pieces of speech, the same ones in every
    /// run over the recording.
    func listen(to prelude: [Piece]) throws

    /// What is said in a piece. Blocks; called on several threads at once. Depends on the piece and the prelude alone.
    func recognize(_ piece: Piece) throws -> Recognition
}

/// What was heard in a piece; all times are seconds of the recording.
struct Recognition: Sendable {
    var text = ""
    var words: [Word] = []
    var segments: [Segment] = []
    var language: String?
    var flags: [String] = []
}

extension Recognition {
    /// Several stretches of the same piece as one.
    static func joined(_ parts: [Recognition]) -> Recognition {
        Recognition(
            text: parts.map(\.text).filter { !$0.isEmpty }.joined(separator: " "),
            words: parts.flatMap(\.words),
            segments: parts.flatMap(\.segments),
            language: parts.lazy.compactMap(\.language).first,
            flags: parts.flatMap(\.flags)
        )
    }
}
