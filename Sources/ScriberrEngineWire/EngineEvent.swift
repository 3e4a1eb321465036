package import ScriberrCore

/// A message from an engine host to the server: one JSON object per line on the host's standard output.
package enum EngineEvent: Codable, Sendable, Hashable {
    /// The first message of every host.
    case ready(wireVersion: Int, processID: Int, engines: [EngineReport])
    /// Sent every second while an order runs, whatever the engine is doing: the process is alive.
    case heartbeat
    /// The order has been understood.
    case accepted(order: String)
    /// A model is being read.
    case loading(order: String, model: String)
    /// It has been read.
    case loaded(order: String, model: String, seconds: Double)
    /// How long the part to work on is, in seconds, once known.
    case audio(order: String, seconds: Double)
    /// How far the order is, in seconds of audio.
    case progress(order: String, position: Double)
    /// A finished piece of text.
    case piece(order: String, piece: TranscribedPiece)
    /// The turns of a diarization; sent once, before ``done``.
    case turns(order: String, turns: [SpeakerTurn])
    /// The order has ended well.
    case done(order: String, report: OrderReport)
    /// The order has ended without a result. `code` is one of ``ScriberrError/Code``; `detail` is for the log only.
    case failed(order: String, code: String, message: String, detail: String?)
}

/// What an engine host can do.
package struct EngineReport: Codable, Sendable, Hashable {
    /// `pocketsphinx` or `sherpa-onnx`.
    package var name: String
    /// The library's version, when it could be loaded.
    package var version: String?
    /// Why it cannot be used, when it cannot.
    package var problem: String?
    /// `cpu`, and `cuda` when the runtime has it.
    package var devices: [String]

    package init(name: String, version: String? = nil, problem: String? = nil, devices: [String] = ["cpu"]) {
        self.name = name
        self.version = version
        self.problem = problem
        self.devices = devices
    }
}

/// A stretch of audio, cut at silences, with the words that were heard in it.
package struct TranscribedPiece: Codable, Sendable, Hashable {
    /// From 0, without gaps, in order of time.
    package var index: Int
    /// Seconds of the recording.
    package var start: Double
    package var end: Double
    /// Where work goes on after this piece, in seconds of the recording: everything before has been heard.
    package var resumeAt: Double
    /// What was heard, punctuated if the model does that.
    package var text: String
    /// Empty when the model gives no word times.
    package var words: [Word]
    /// Stretches that the model itself set apart; empty when it sets none.
    package var segments: [Segment]
    /// The language that was heard, when the model tells.
    package var language: String?
    /// Codes of what went less than well, such as `REPEATED_TEXT`.
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

/// What an order took.
package struct OrderReport: Codable, Sendable, Hashable {
    /// Seconds of audio that were worked on.
    package var audioSeconds: Double
    /// Of these, seconds that held speech.
    package var speechSeconds: Double
    /// Processor seconds, both threads and children.
    package var processorSeconds: Double
    /// The largest resident size, in bytes.
    package var peakMemoryBytes: Int64
    /// Codes of what went less than well, such as `AUDIO_TRUNCATED`: the file is damaged or ends early.
    package var flags: [String]

    package init(
        audioSeconds: Double,
        speechSeconds: Double,
        processorSeconds: Double,
        peakMemoryBytes: Int64,
        flags: [String] = []
    ) {
        self.audioSeconds = audioSeconds
        self.speechSeconds = speechSeconds
        self.processorSeconds = processorSeconds
        self.peakMemoryBytes = peakMemoryBytes
        self.flags = flags
    }
}
