/// A named set of options. Jobs take a copy at creation; later edits do not reach them.
package struct Profile: Hashable, Sendable {
    /// The profile's identifier.
    package var id: ProfileID
    /// Whose profile it is.
    package var owner: UserID
    /// The name its owner gave it.
    package var name: String
    /// What its owner wrote about it; may be empty.
    package var description: String
    /// Whether it applies where a request names none. At most one of an owner's profiles is.
    package var isDefault: Bool
    /// The options.
    package var options: TranscriptionOptions
    /// When it was made.
    package var createdAt: Timestamp
    /// When it last changed.
    package var updatedAt: Timestamp

    package init(
        id: ProfileID,
        owner: UserID,
        name: String,
        description: String,
        isDefault: Bool,
        options: TranscriptionOptions,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.description = description
        self.isDefault = isDefault
        self.options = options
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What an owner set for all of their work.
package struct UserSettings: Hashable, Sendable {
    /// Whether an upload creates a transcription by itself.
    package var autoTranscriptionEnabled: Bool
    /// The profile that is default; the same fact as ``Profile/isDefault``.
    package var defaultProfileID: ProfileID?

    package init(autoTranscriptionEnabled: Bool, defaultProfileID: ProfileID?) {
        self.autoTranscriptionEnabled = autoTranscriptionEnabled
        self.defaultProfileID = defaultProfileID
    }
}
