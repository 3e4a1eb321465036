/// One entry of the durable event log: what happened to what, for whom. Written in the transaction that caused it.
public struct Event: Sendable, Hashable {
    /// The place in the log; grows with each entry and is never used twice.
    public var sequence: Int64
    /// Who may see it.
    public var owner: UserID
    /// The thing it is about, such as `tr_…` or `file_…`.
    public var subject: String
    /// What happened.
    public var type: EventType
    /// The data as one JSON object, ready to send.
    public var payload: String
    /// When.
    public var at: Timestamp

    /// Makes an entry.
    public init(sequence: Int64, owner: UserID, subject: String, type: EventType, payload: String, at: Timestamp) {
        self.sequence = sequence
        self.owner = owner
        self.subject = subject
        self.type = type
        self.payload = payload
        self.at = at
    }
}

/// What can happen, by the name that clients see.
public struct EventType: RawRepresentable, Hashable, Sendable {
    /// The name on the wire.
    public let rawValue: String
    /// Wraps a name read back from the log.
    public init(rawValue: String) { self.rawValue = rawValue }
    private init(_ rawValue: String) { self.rawValue = rawValue }

    /// A file is stored and can be used.
    public static let fileReady = EventType("file.ready")
    /// A file is being fetched.
    public static let fileProcessing = EventType("file.processing")
    /// A file could not be fetched.
    public static let fileFailed = EventType("file.failed")
    /// A file's title changed.
    public static let fileUpdated = EventType("file.updated")
    /// A file is gone.
    public static let fileDeleted = EventType("file.deleted")
    /// A job was created.
    public static let transcriptionCreated = EventType("transcription.created")
    /// A job waits: new, released, recovered or to be tried again.
    public static let transcriptionQueued = EventType("transcription.queued")
    /// A job's title changed.
    public static let transcriptionUpdated = EventType("transcription.updated")
    /// A job moved on.
    public static let transcriptionProgress = EventType("transcription.progress")
    /// A piece of text is ready.
    public static let transcriptionSegment = EventType("transcription.segment")
    /// Somebody asked a running job to stop.
    public static let transcriptionCanceling = EventType("transcription.canceling")
    /// A job ended with a transcript.
    public static let transcriptionCompleted = EventType("transcription.completed")
    /// A job ended without one.
    public static let transcriptionFailed = EventType("transcription.failed")
    /// A job was given up on request.
    public static let transcriptionCanceled = EventType("transcription.canceled")
    /// A job and its result are gone.
    public static let transcriptionDeleted = EventType("transcription.deleted")
    /// A profile changed.
    public static let profileUpdated = EventType("profile.updated")
    /// A model is being fetched.
    public static let modelProgress = EventType("model.progress")
    /// A model was fetched and can be used.
    public static let modelReady = EventType("model.ready")
    /// A model could not be fetched.
    public static let modelFailed = EventType("model.failed")
    /// A model was removed.
    public static let modelRemoved = EventType("model.removed")
    /// The settings changed.
    public static let settingsUpdated = EventType("settings.updated")
}
