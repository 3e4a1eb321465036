/// What was asked for, as it stood when the job was created. Later edits of profiles do not reach it.
public struct TranscriptionOptions: Hashable, Codable, Sendable {
    /// The model asked for by name; nil for the default. A named model is never replaced by another.
    public var model: String?
    /// Two or three lowercase letters; nil to detect.
    public var language: String?
    /// Whether to write what was said or its English translation.
    public var task: SpeechTask
    /// Whether to tell speakers apart.
    public var diarization: Bool
    /// The exact number of speakers, when known.
    public var speakers: Int?
    /// The least number of speakers, when known.
    public var minSpeakers: Int?
    /// The largest number of speakers, when known.
    public var maxSpeakers: Int?
    /// The model that tells speakers apart, by name; nil for the default.
    public var diarizationModel: String?
    /// Words and phrases to listen for.
    public var hotwords: [String]
    /// Where the part to transcribe starts, in seconds; nil for the beginning.
    public var start: Double?
    /// Where the part to transcribe ends, in seconds; nil for the end.
    public var end: Double?
    /// `auto`, `cpu` or `cuda`.
    public var device: String

    /// Options that ask for nothing in particular.
    public init(
        model: String? = nil,
        language: String? = nil,
        task: SpeechTask = .transcribe,
        diarization: Bool = false,
        speakers: Int? = nil,
        minSpeakers: Int? = nil,
        maxSpeakers: Int? = nil,
        diarizationModel: String? = nil,
        hotwords: [String] = [],
        start: Double? = nil,
        end: Double? = nil,
        device: String = "auto"
    ) {
        self.model = model
        self.language = language
        self.task = task
        self.diarization = diarization
        self.speakers = speakers
        self.minSpeakers = minSpeakers
        self.maxSpeakers = maxSpeakers
        self.diarizationModel = diarizationModel
        self.hotwords = hotwords
        self.start = start
        self.end = end
        self.device = device
    }

    /// Reads options; whatever is missing has its default, so that rows of older versions stay readable.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        model = try values.decodeIfPresent(String.self, forKey: .model)
        language = try values.decodeIfPresent(String.self, forKey: .language)
        task = try values.decodeIfPresent(SpeechTask.self, forKey: .task) ?? .transcribe
        diarization = try values.decodeIfPresent(Bool.self, forKey: .diarization) ?? false
        speakers = try values.decodeIfPresent(Int.self, forKey: .speakers)
        minSpeakers = try values.decodeIfPresent(Int.self, forKey: .minSpeakers)
        maxSpeakers = try values.decodeIfPresent(Int.self, forKey: .maxSpeakers)
        diarizationModel = try values.decodeIfPresent(String.self, forKey: .diarizationModel)
        hotwords = try values.decodeIfPresent([String].self, forKey: .hotwords) ?? []
        start = try values.decodeIfPresent(Double.self, forKey: .start)
        end = try values.decodeIfPresent(Double.self, forKey: .end)
        device = try values.decodeIfPresent(String.self, forKey: .device) ?? "auto"
    }

    private enum CodingKeys: String, CodingKey {
        case model, language, task, diarization, speakers, hotwords, start, end, device
        case minSpeakers = "min_speakers"
        case maxSpeakers = "max_speakers"
        case diarizationModel = "diarization_model"
    }
}

/// What an engine does with speech.
public enum SpeechTask: String, Codable, Sendable, CaseIterable {
    /// Writes what was said, in the language it was said in.
    case transcribe
    /// Writes it in English.
    case translate
}
