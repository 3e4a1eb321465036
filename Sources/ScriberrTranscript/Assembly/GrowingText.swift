import ScriberrCore

/// The text of a recording that is still being heard: what it has so far, and what each further piece adds.
///
/// The additions, put together, read as the finished transcript does, unless the engine started anew in between; the finished
/// text then has the last word.
package struct GrowingText: Sendable {
    /// Everything so far.
    package private(set) var text = ""

    package init() {}

    /// What `piece` adds, with the space before it that its script wants; empty when it holds no words.
    package mutating func add(_ piece: HeardPiece) -> String {
        let heard = TranscriptBuilder().transcript(from: [piece]).text
        guard !heard.isEmpty else { return "" }
        let addition = (Spacing.needsSpace(between: text, and: heard) ? " " : "") + heard
        text += addition
        return addition
    }

    /// What is left of the finished text; empty when it is not a continuation of what was said so far.
    package mutating func finish(with finished: String) -> String {
        guard finished.hasPrefix(text) else { return "" }
        let rest = String(finished.dropFirst(text.count))
        text = finished
        return rest
    }
}
