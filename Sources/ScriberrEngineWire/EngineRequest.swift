package import ScriberrCore

/// The version of the messages between server and engine host. Both refuse to talk to another.
package let engineWireVersion = 1

/// A message from the server to an engine host: one JSON object per line on the host's standard input.
package enum EngineRequest: Codable, Sendable, Hashable {
    /// Transcribe a recording. Answered by ``EngineEvent/accepted``, any number of events and one ``EngineEvent/done`` or
    /// ``EngineEvent/failed``.
    case transcribe(TranscribeOrder)
    /// Tell speakers apart. Answered like ``transcribe(_:)``.
    case diarize(DiarizeOrder)
    /// Stop the named order at the next piece.
    case cancel(order: String)
    /// Forget loaded models.
    case unload
    /// End when idle.
    case shutdown
}

/// What an engine host needs to load a model.
package struct ModelFiles: Codable, Sendable, Hashable {
    /// The catalogue's name of the model.
    package var id: String
    /// How the files are to be read.
    package var family: ModelFamily
    /// Absolute paths by role, such as `encoder`, `decoder`, `tokens`, `hmm`, `dict`, `lm`.
    package var files: [String: String]
    /// Settings that belong to the model rather than to a job.
    package var parameters: [String: String]

    package init(id: String, family: ModelFamily, files: [String: String], parameters: [String: String] = [:]) {
        self.id = id
        self.family = family
        self.files = files
        self.parameters = parameters
    }
}

/// The kinds of model that the engine host can read.
package enum ModelFamily: String, Codable, Sendable, CaseIterable {
    case pocketsphinx
    case whisper
    /// NeMo transducers, TDT (Parakeet) included.
    case nemoTransducer = "nemo_transducer"
    case nemoCTC = "nemo_ctc"
    case zipformerCTC = "zipformer_ctc"
    case zipformerTransducer = "zipformer_transducer"
    case moonshine
    case senseVoice = "sense_voice"
    case canary
    case paraformer
    case diarization
}

/// One recording to transcribe.
package struct TranscribeOrder: Codable, Sendable, Hashable {
    /// The order's name, given by the server, unique among those that run.
    package var order: String
    /// A local file of any format that ffmpeg reads.
    package var audioPath: String
    /// The model to use.
    package var model: ModelFiles
    /// The voice-activity model (Silero).
    package var vadModelPath: String
    /// Two or three letters; nil to detect.
    package var language: String?
    package var task: SpeechTask
    package var hotwords: [String]
    /// Threads for this order; 0 lets the host decide.
    package var threads: Int
    /// `cpu` or `cuda`.
    package var device: String
    /// The part to transcribe, in seconds of the recording.
    package var start: Double?
    package var end: Double?
    /// Pieces that are already finished: decoding starts with this one.
    package var firstPiece: Int
    /// Where the piece before ``firstPiece`` ended, in seconds of the recording.
    package var resumeAt: Double

    package init(
        order: String,
        audioPath: String,
        model: ModelFiles,
        vadModelPath: String,
        language: String? = nil,
        task: SpeechTask = .transcribe,
        hotwords: [String] = [],
        threads: Int = 0,
        device: String = "cpu",
        start: Double? = nil,
        end: Double? = nil,
        firstPiece: Int = 0,
        resumeAt: Double = 0
    ) {
        self.order = order
        self.audioPath = audioPath
        self.model = model
        self.vadModelPath = vadModelPath
        self.language = language
        self.task = task
        self.hotwords = hotwords
        self.threads = threads
        self.device = device
        self.start = start
        self.end = end
        self.firstPiece = firstPiece
        self.resumeAt = resumeAt
    }
}

/// One recording whose speakers are to be told apart.
package struct DiarizeOrder: Codable, Sendable, Hashable {
    package var order: String
    package var audioPath: String
    /// Roles `segmentation` and `embedding`.
    package var model: ModelFiles
    package var speakers: Int?
    package var minSpeakers: Int?
    package var maxSpeakers: Int?
    package var threads: Int
    package var device: String
    package var start: Double?
    package var end: Double?

    package init(
        order: String,
        audioPath: String,
        model: ModelFiles,
        speakers: Int? = nil,
        minSpeakers: Int? = nil,
        maxSpeakers: Int? = nil,
        threads: Int = 0,
        device: String = "cpu",
        start: Double? = nil,
        end: Double? = nil
    ) {
        self.order = order
        self.audioPath = audioPath
        self.model = model
        self.speakers = speakers
        self.minSpeakers = minSpeakers
        self.maxSpeakers = maxSpeakers
        self.threads = threads
        self.device = device
        self.start = start
        self.end = end
    }
}
