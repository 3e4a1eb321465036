/// One spoken word with its time in the recording.
public struct Word: Hashable, Codable, Sendable {
    /// Seconds from the start of the recording.
    public var start: Double
    /// Seconds from the start of the recording; not before ``start``.
    public var end: Double
    /// The word as the engine wrote it, without surrounding spaces.
    public var word: String
    /// The engine's own estimate from 0 to 1; nil where it gives none.
    public var confidence: Double?
    /// `SPEAKER_00` and so on; nil when unknown.
    public var speaker: String?

    /// Makes a word.
    public init(start: Double, end: Double, word: String, confidence: Double? = nil, speaker: String? = nil) {
        self.start = start
        self.end = end
        self.word = word
        self.confidence = confidence
        self.speaker = speaker
    }
}

/// A stretch of speech that reads as one unit: between pauses, sentence ends or speakers.
public struct Segment: Hashable, Codable, Sendable {
    /// `seg_000001` and so on, in order; empty until numbered.
    public var id: String
    /// Seconds from the start of the recording.
    public var start: Double
    /// Seconds from the start of the recording.
    public var end: Double
    /// `SPEAKER_00` and so on; nil when unknown.
    public var speaker: String?
    /// What was said.
    public var text: String

    /// Makes a segment.
    public init(id: String = "", start: Double, end: Double, speaker: String? = nil, text: String) {
        self.id = id
        self.start = start
        self.end = end
        self.speaker = speaker
        self.text = text
    }
}

/// A stretch in which one speaker is heard, as diarization found it. Turns of different speakers may overlap.
public struct SpeakerTurn: Hashable, Codable, Sendable {
    /// Seconds from the start of the recording.
    public var start: Double
    /// Seconds from the start of the recording.
    public var end: Double
    /// The label the diarizer gave, unique within its result.
    public var speaker: String

    /// Makes a turn.
    public init(start: Double, end: Double, speaker: String) {
        self.start = start
        self.end = end
        self.speaker = speaker
    }
}

/// The canonical transcript, as it is stored and served: `words` and `segments` are always arrays.
public struct Transcript: Hashable, Codable, Sendable {
    /// Everything that was said.
    public var text: String
    /// The language that was spoken, as the engine found it or was told.
    public var language: String?
    /// In order of time.
    public var segments: [Segment]
    /// In order of time; empty only when the engine gives no words.
    public var words: [Word]
    /// What made it.
    public var engine: EngineStamp

    /// Makes a transcript.
    public init(text: String, language: String? = nil, segments: [Segment], words: [Word], engine: EngineStamp = EngineStamp()) {
        self.text = text
        self.language = language
        self.segments = segments
        self.words = words
        self.engine = engine
    }

    /// Which provider and models made a transcript.
    public struct EngineStamp: Hashable, Codable, Sendable {
        /// The provider's id, such as `local`.
        public var provider: String?
        /// The model that wrote the words.
        public var transcriptionModel: String?
        /// The model that told the speakers apart; nil when none did.
        public var diarizationModel: String?

        /// Makes a stamp.
        public init(provider: String? = nil, transcriptionModel: String? = nil, diarizationModel: String? = nil) {
            self.provider = provider
            self.transcriptionModel = transcriptionModel
            self.diarizationModel = diarizationModel
        }

        private enum CodingKeys: String, CodingKey {
            case provider
            case transcriptionModel = "transcription_model"
            case diarizationModel = "diarization_model"
        }
    }
}
