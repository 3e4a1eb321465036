/// One version of a transcript: who made it, of what changes, when.
public struct TranscriptVersion: Sendable, Hashable {
    /// 1 for what the engine wrote.
    public var number: Int
    /// The account's name; empty for the engine.
    public var author: String
    /// The kinds of changes, separated by commas; empty for the engine's text.
    public var changes: String
    /// When it was made.
    public var createdAt: Timestamp

    /// Makes a version.
    public init(number: Int, author: String, changes: String, createdAt: Timestamp) {
        self.number = number
        self.author = author
        self.changes = changes
        self.createdAt = createdAt
    }
}
