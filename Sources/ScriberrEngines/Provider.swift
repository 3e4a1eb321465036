package import ScriberrCore

/// A speech engine as the rest of the house sees it. What it is made of never leaves it: no native type, path or error text.
///
/// Calls may run at the same time. A call ends soon after its task is canceled, throwing `CancellationError`, and leaves no
/// process behind. Failures are ``ScriberrError``s with a code and a public message.
package protocol Provider: Sendable {
    /// The provider's name, such as `local`. Unique in a registry.
    var id: String { get }

    /// The models this provider knows, installed or not.
    func models() async throws -> [ModelCard]

    /// Makes ready what a transcription or diarization with `model` needs; downloads when that is allowed.
    /// Throws `MODEL_UNAVAILABLE`, `DOWNLOAD_FAILED`, `ENGINE_UNAVAILABLE`.
    func prepare(model: String, progress: @Sendable (PreparationProgress) async -> Void) async throws

    /// Whether ``prepare(model:progress:)`` has a fair chance now: the model is installed, or may be fetched and its server
    /// answers. Quick, and never throws.
    func canPrepare(model: String) async -> Bool

    /// Writes down what is said. Pieces are handed to `onEvent` in order, each once; the next is decoded while `onEvent`
    /// runs, so it bounds how far the engine may be ahead. An error thrown by `onEvent` stops the engine and is thrown on.
    func transcribe(
        _ request: TranscriptionRequest,
        onEvent: @Sendable (TranscriptionEvent) async throws -> Void
    ) async throws -> TranscriptionReport

    /// Tells speakers apart. Turns come in order of their start. `onProgress` hears the same share again while the engine works and
    /// gets no further.
    func diarize(
        _ request: DiarizationRequest,
        onProgress: @Sendable (Double) async throws -> Void
    ) async throws -> [SpeakerTurn]

    /// Ends every process and connection. Calls after it throw `ENGINE_UNAVAILABLE`.
    func close() async
}

extension Provider {
    /// Whether the model is installed.
    package func canPrepare(model: String) async -> Bool {
        // A provider that cannot tell its models has none to offer now.
        ((try? await models()) ?? []).contains { $0.id == model && $0.installed }
    }
}

/// What a provider offers under one name.
package struct ModelCard: Sendable, Hashable {
    /// The name that requests use, such as `whisper-base`.
    package var id: String
    /// The name for people.
    package var name: String
    /// The provider's id.
    package var provider: String
    /// Whether it can be used without a download.
    package var installed: Bool
    /// `transcription`, `word_timestamps`, `diarization`, `translation`, `language_detection`, `hotwords`, in this order.
    package var capabilities: [String]
    /// Two- or three-letter codes; empty when it does not matter.
    package var languages: [String]
    /// The size of a download or of the installed files in bytes, when known.
    package var sizeBytes: Int64?
    /// The licence's short name.
    package var licence: String?
    /// Who is to be named, where the licence asks for it.
    package var attribution: String?
    /// The family, such as `whisper`.
    package var family: String
    /// Whether it can be fetched from here.
    package var canBeDownloaded: Bool
    /// Whether it has to be told the language: it knows several and tells none apart.
    package var needsLanguage: Bool
    /// Whether a part of a recording can be asked for.
    package var takesParts: Bool

    package init(
        id: String,
        name: String,
        provider: String,
        installed: Bool,
        capabilities: [String],
        languages: [String] = [],
        sizeBytes: Int64? = nil,
        licence: String? = nil,
        attribution: String? = nil,
        family: String = "",
        canBeDownloaded: Bool = false,
        needsLanguage: Bool = false,
        takesParts: Bool = true
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.installed = installed
        self.capabilities = capabilities
        self.languages = languages
        self.sizeBytes = sizeBytes
        self.licence = licence
        self.attribution = attribution
        self.family = family
        self.canBeDownloaded = canBeDownloaded
        self.needsLanguage = needsLanguage
        self.takesParts = takesParts
    }
}

/// What a provider is doing to make a model ready.
package enum PreparationProgress: Sendable, Hashable {
    /// Bytes fetched of all, when known.
    case downloading(received: Int64, total: Int64?)
    /// Somebody else makes it ready.
    case waiting
}

/// One recording to transcribe.
package struct TranscriptionRequest: Sendable, Hashable {
    /// A local file.
    package var audioPath: String
    /// A model that ``Provider/models()`` names.
    package var model: String
    package var language: String?
    package var task: SpeechTask
    package var hotwords: [String]
    /// 0 lets the provider decide.
    package var threads: Int
    package var device: String
    /// The part to transcribe, in seconds.
    package var start: Double?
    package var end: Double?
    /// How many pieces are finished already, and where the last of them ended: work goes on there.
    package var finishedPieces: Int
    package var resumeAt: Double

    package init(
        audioPath: String,
        model: String,
        language: String? = nil,
        task: SpeechTask = .transcribe,
        hotwords: [String] = [],
        threads: Int = 0,
        device: String = "auto",
        start: Double? = nil,
        end: Double? = nil,
        finishedPieces: Int = 0,
        resumeAt: Double = 0
    ) {
        self.audioPath = audioPath
        self.model = model
        self.language = language
        self.task = task
        self.hotwords = hotwords
        self.threads = threads
        self.device = device
        self.start = start
        self.end = end
        self.finishedPieces = finishedPieces
        self.resumeAt = resumeAt
    }
}

/// What happens during a transcription.
package enum TranscriptionEvent: Sendable, Hashable {
    /// The model is being read into memory.
    case loadingModel
    /// Decoding has begun; the length of the part to transcribe in seconds, when known.
    case started(audioSeconds: Double?)
    /// Everything before this second of the recording has been heard. Comes again where work goes on and tells no further place.
    case position(Double)
    /// A finished piece of text.
    case piece(SpeechPiece)
}

/// A stretch of audio with the words that were heard in it.
package struct SpeechPiece: Sendable, Hashable, Codable {
    /// From 0, without gaps, in order of time; goes on behind ``TranscriptionRequest/finishedPieces``.
    package var index: Int
    /// Seconds of the recording.
    package var start: Double
    package var end: Double
    /// Where work goes on after this piece.
    package var resumeAt: Double
    package var text: String
    /// Empty when the model gives no word times.
    package var words: [Word]
    /// Empty when the model sets none apart.
    package var segments: [Segment]
    package var language: String?
    package var flags: [String]

    package init(
        index: Int,
        start: Double,
        end: Double,
        resumeAt: Double,
        text: String,
        words: [Word],
        segments: [Segment] = [],
        language: String? = nil,
        flags: [String] = []
    ) {
        self.index = index
        self.start = start
        self.end = end
        self.resumeAt = resumeAt
        self.text = text
        self.words = words
        self.segments = segments
        self.language = language
        self.flags = flags
    }
}

/// What a transcription took.
package struct TranscriptionReport: Sendable, Hashable {
    /// Seconds of audio that were worked on.
    package var audioSeconds: Double
    /// Of these, seconds that held speech.
    package var speechSeconds: Double
    /// Processor seconds, when known.
    package var processorSeconds: Double?
    /// The engine's largest resident size in bytes, when known.
    package var peakMemoryBytes: Int64?
    /// Whether the recording is damaged or ends early, so that only what could be read was worked on.
    package var isTruncated: Bool

    package init(
        audioSeconds: Double,
        speechSeconds: Double,
        processorSeconds: Double? = nil,
        peakMemoryBytes: Int64? = nil,
        isTruncated: Bool = false
    ) {
        self.audioSeconds = audioSeconds
        self.speechSeconds = speechSeconds
        self.processorSeconds = processorSeconds
        self.peakMemoryBytes = peakMemoryBytes
        self.isTruncated = isTruncated
    }
}

/// One recording whose speakers are to be told apart.
package struct DiarizationRequest: Sendable, Hashable {
    package var audioPath: String
    package var model: String
    package var speakers: Int?
    package var minSpeakers: Int?
    package var maxSpeakers: Int?
    package var threads: Int
    package var device: String
    package var start: Double?
    package var end: Double?

    package init(
        audioPath: String,
        model: String,
        speakers: Int? = nil,
        minSpeakers: Int? = nil,
        maxSpeakers: Int? = nil,
        threads: Int = 0,
        device: String = "auto",
        start: Double? = nil,
        end: Double? = nil
    ) {
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
