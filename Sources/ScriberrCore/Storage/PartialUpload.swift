/// An upload in pieces, `up_…`.
package struct UploadID: PublicID {
    package static let prefix = "up_"
    package let text: String
    package init(trusted text: String) { self.text = text }
}

/// A recording that comes in pieces, as it stands in its row.
package struct PartialUpload: Hashable, Sendable {
    package var id: UploadID
    package var owner: UserID
    /// The length that was announced, in bytes.
    package var lengthBytes: Int64
    /// How many bytes are here and durable.
    package var offsetBytes: Int64
    /// What the client said about the file, as it said it.
    package var metadata: String
    /// The file that was made of it, once it was complete.
    package var fileID: FileID?
    package var createdAt: Timestamp
    /// When it is forgotten, unless more comes before.
    package var expiresAt: Timestamp

    package init(
        id: UploadID,
        owner: UserID,
        lengthBytes: Int64,
        offsetBytes: Int64 = 0,
        metadata: String,
        fileID: FileID? = nil,
        createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.lengthBytes = lengthBytes
        self.offsetBytes = offsetBytes
        self.metadata = metadata
        self.fileID = fileID
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    /// Whether every byte is here.
    package var isComplete: Bool { offsetBytes == lengthBytes }
}
