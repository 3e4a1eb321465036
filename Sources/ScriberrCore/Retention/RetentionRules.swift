/// For how long things are kept; nil keeps them until somebody deletes them.
package struct RetentionRules: Hashable, Sendable {
    /// Days after which recordings go, counted from when they came.
    package var audioDays: Int?
    /// Days after which transcriptions go, counted from when they ended.
    package var transcriptDays: Int?
    /// Whether a recording goes as soon as its transcriptions are complete.
    package var audioAfterSuccess: Bool

    package init(audioDays: Int? = nil, transcriptDays: Int? = nil, audioAfterSuccess: Bool = false) {
        self.audioDays = audioDays
        self.transcriptDays = transcriptDays
        self.audioAfterSuccess = audioAfterSuccess
    }
}

/// Something whose time is over, or was.
package struct Deletion: Hashable, Sendable {
    /// What goes.
    package enum Kind: String, Sendable { case audio, transcript }
    /// Why it goes.
    package enum Reason: String, Sendable {
        /// The rules of its owner.
        case ownerRules = "owner_rules"
        /// The rules of a job.
        case jobRules = "job_rules"
        /// Its transcriptions are complete, and it is not kept beyond that.
        case afterSuccess = "after_success"
    }

    package var owner: UserID
    package var kind: Kind
    /// `file_…` or `tr_…`.
    package var subject: String
    package var title: String
    package var reason: Reason
    /// Bytes of a recording; 0 for a transcript.
    package var sizeBytes: Int64
    /// When its time was over or, in the record, when it went.
    package var at: Timestamp

    package init(owner: UserID, kind: Kind, subject: String, title: String, reason: Reason, sizeBytes: Int64, at: Timestamp) {
        self.owner = owner
        self.kind = kind
        self.subject = subject
        self.title = title
        self.reason = reason
        self.sizeBytes = sizeBytes
        self.at = at
    }
}

/// What an owner's things take up.
package struct StorageUse: Hashable, Sendable {
    package var owner: UserID
    package var username: String
    /// Recordings that can be seen.
    package var files: Int
    /// Bytes of recordings as they are stored: the same bytes once, and those that only transcriptions still refer to.
    package var audioBytes: Int64
    package var transcriptions: Int
    /// Bytes of finished transcripts.
    package var transcriptBytes: Int64

    package init(
        owner: UserID,
        username: String,
        files: Int,
        audioBytes: Int64,
        transcriptions: Int,
        transcriptBytes: Int64
    ) {
        self.owner = owner
        self.username = username
        self.files = files
        self.audioBytes = audioBytes
        self.transcriptions = transcriptions
        self.transcriptBytes = transcriptBytes
    }
}
