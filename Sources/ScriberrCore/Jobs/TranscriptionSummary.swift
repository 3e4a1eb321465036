/// What a list shows of a job.
public struct TranscriptionSummary: Hashable, Sendable {
    /// The job's identifier.
    public var id: TranscriptionID
    /// The recording.
    public var fileID: FileID
    /// The name people gave it.
    public var title: String
    /// Where it stands.
    public var status: JobStatus
    /// 0 to 1.
    public var progress: Double
    /// What it is doing.
    public var stage: JobStage
    /// Length of the part to transcribe in seconds, when known.
    public var audioSeconds: Double?
    /// The language that was asked for; nil to detect it.
    public var language: String?
    /// The language that the engine detected.
    public var detectedLanguage: String?
    /// What went wrong without failing the job.
    public var warnings: [JobWarning]
    /// Why it failed.
    public var errorCode: ScriberrError.Code?
    /// The same in a sentence.
    public var errorMessage: String?
    /// When the row was made.
    public var createdAt: Timestamp
    /// When something a client can see last changed, other than progress.
    public var updatedAt: Timestamp

    /// Makes a summary of what is known.
    public init(
        id: TranscriptionID,
        fileID: FileID,
        title: String,
        status: JobStatus,
        progress: Double,
        stage: JobStage,
        audioSeconds: Double?,
        language: String?,
        detectedLanguage: String?,
        warnings: [JobWarning],
        errorCode: ScriberrError.Code?,
        errorMessage: String?,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.fileID = fileID
        self.title = title
        self.status = status
        self.progress = progress
        self.stage = stage
        self.audioSeconds = audioSeconds
        self.language = language
        self.detectedLanguage = detectedLanguage
        self.warnings = warnings
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

extension Transcription {
    /// The job as lists show it.
    public var summary: TranscriptionSummary {
        TranscriptionSummary(
            id: id,
            fileID: fileID,
            title: title,
            status: status,
            progress: progress,
            stage: stage,
            audioSeconds: audioSeconds,
            language: options.language,
            detectedLanguage: detectedLanguage,
            warnings: warnings,
            errorCode: errorCode,
            errorMessage: errorMessage,
            createdAt: createdAt,
            updatedAt: updatedAt
        )
    }
}
