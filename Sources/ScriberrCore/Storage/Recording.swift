/// A recording that a microphone is still making, or that was left unfinished: `rec_…`.
public struct RecordingID: PublicID {
    /// `rec_`
    public static let prefix = "rec_"
    /// The whole identifier.
    public let text: String
    /// Wraps a well-formed identifier.
    public init(trusted text: String) { self.text = text }
}

/// What is known of a recording before it becomes a file.
public struct Recording: Sendable, Hashable {
    /// Names it.
    public var id: RecordingID
    /// Whose it is.
    public var owner: UserID
    /// What its file is to be called.
    public var title: String
    /// What the recorder says its pieces are.
    public var mimeType: String
    /// How many pieces have come, numbered from 0.
    public var pieces: Int
    /// How many bytes these are.
    public var sizeBytes: Int64
    /// When it was begun.
    public var createdAt: Timestamp
    /// When its last piece came.
    public var updatedAt: Timestamp

    /// A recording without pieces.
    public init(id: RecordingID, owner: UserID, title: String, mimeType: String, createdAt: Timestamp) {
        self.id = id
        self.owner = owner
        self.title = title
        self.mimeType = mimeType
        self.createdAt = createdAt
        pieces = 0
        sizeBytes = 0
        updatedAt = createdAt
    }
}
