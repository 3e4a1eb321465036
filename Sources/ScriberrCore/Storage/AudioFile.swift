/// A stored recording, as it stands in its row. Its bytes lie in the blob store under ``blobKey``.
public struct AudioFile: Hashable, Sendable {
    /// The file's identifier.
    public var id: FileID
    /// Who may see it.
    public var owner: UserID
    /// The name people gave it.
    public var title: String
    /// What was found in it.
    public var kind: Kind
    /// Whether it can be used.
    public var status: Status
    /// The media type that was found in the bytes, such as `audio/mpeg`.
    public var mimeType: String
    /// Length in bytes.
    public var sizeBytes: Int64
    /// What the bytes hash to: the algorithm, a colon and its hexadecimal digits; digits alone are of SHA-256.
    public var contentHash: String
    /// Length in seconds, when known.
    public var durationSeconds: Double?
    /// Where the bytes lie; never shown to clients.
    public var blobKey: String
    /// Why it cannot be used, when it cannot.
    public var errorCode: ScriberrError.Code?
    /// The same in a sentence for clients.
    public var errorMessage: String?
    /// When the row was made.
    public var createdAt: Timestamp
    /// When something a client can see last changed.
    public var updatedAt: Timestamp

    /// Makes a row.
    public init(
        id: FileID,
        owner: UserID,
        title: String,
        kind: Kind,
        status: Status,
        mimeType: String,
        sizeBytes: Int64,
        contentHash: String,
        durationSeconds: Double?,
        blobKey: String,
        errorCode: ScriberrError.Code? = nil,
        errorMessage: String? = nil,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.title = title
        self.kind = kind
        self.status = status
        self.mimeType = mimeType
        self.sizeBytes = sizeBytes
        self.contentHash = contentHash
        self.durationSeconds = durationSeconds
        self.blobKey = blobKey
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What a recording is.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Sound only.
        case audio
        /// Sound and pictures.
        case video
        /// Fetched from YouTube.
        case youtube
    }

    /// Whether a recording can be used.
    public enum Status: String, Codable, Sendable, CaseIterable {
        /// It can.
        case ready
        /// It is still being fetched.
        case processing
        /// It could not be fetched.
        case failed
    }
}
