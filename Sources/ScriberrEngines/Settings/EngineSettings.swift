/// Everything that can be set about speech engines, as plain values. The composition root fills it from the environment.
package struct EngineSettings: Sendable, Hashable {
    /// Where models lie, one folder each.
    package var cacheFolder: String
    /// Further folders with models, one folder each, that are only read: for machines without internet.
    package var modelFolders: [String]
    /// What computes: `SPEECH_ENGINE_PROVIDER`.
    package var device: DeviceChoice
    /// Threads per order; 0 lets the engine host decide.
    package var threads: Int
    /// Models that are kept in memory, by all engine hosts together; each host keeps the one it works with in any case.
    package var maxLoaded: Int
    /// Engine hosts that may live at the same time.
    package var slots: Int
    /// Whether a missing model may be fetched.
    package var autoDownload: Bool
    /// Whether a job that named no model may run on the offline model when the default one is not to be had.
    package var offlineFallback: Bool
    /// How long an engine host without work is kept.
    package var idleTimeout: Duration
    /// The resident size at which an engine host is ended; nil for no limit.
    package var memoryLimitBytes: Int64?
    /// The folder with the native libraries and Silero VAD.
    package var nativeFolder: String
    /// The `scriberr-engine` program.
    package var hostPath: String
    /// Replaces the scheme, host and path up to the release tag in download addresses; nil for the catalogue's own.
    package var mirrorBaseURL: String?
    /// Debian's acoustic model, language model and dictionary for PocketSphinx.
    package var pocketSphinxFolder: String

    package init(
        cacheFolder: String = "data/models",
        modelFolders: [String] = [],
        device: DeviceChoice = .auto,
        threads: Int = 0,
        maxLoaded: Int = 2,
        slots: Int = 1,
        autoDownload: Bool = true,
        offlineFallback: Bool = true,
        idleTimeout: Duration = .seconds(300),
        memoryLimitBytes: Int64? = nil,
        nativeFolder: String,
        hostPath: String,
        mirrorBaseURL: String? = nil,
        pocketSphinxFolder: String = "/usr/share/pocketsphinx/model/en-us"
    ) {
        self.cacheFolder = cacheFolder
        self.modelFolders = modelFolders
        self.device = device
        self.threads = threads
        self.maxLoaded = maxLoaded
        self.slots = slots
        self.autoDownload = autoDownload
        self.offlineFallback = offlineFallback
        self.idleTimeout = idleTimeout
        self.memoryLimitBytes = memoryLimitBytes
        self.nativeFolder = nativeFolder
        self.hostPath = hostPath
        self.mirrorBaseURL = mirrorBaseURL
        self.pocketSphinxFolder = pocketSphinxFolder
    }

    /// The share of one engine host.
    var maxLoadedPerHost: Int { max(1, maxLoaded / max(1, slots)) }

    /// What `SPEECH_ENGINE_PROVIDER` may say.
    package enum DeviceChoice: String, Sendable, CaseIterable {
        /// CUDA when the runtime has it, else the processor.
        case auto
        case cpu
        case cuda
    }
}
