import Foundation
import Logging
import ScriberrCore
import ScriberrEngines
import ScriberrMedia

/// The speech engines and what they need, made from the settings.
struct EngineRoom {
    let media: MediaTools
    let settings: EngineSettings
    let local: LocalProvider
    let store: ModelStore
    let remotes: [RemoteProvider]
    let registry: ProviderRegistry

    /// Starts nothing yet. Throws `ENGINE_UNAVAILABLE` when ffmpeg is missing.
    init(_ settings: Settings, slots: Int = 1, logger: Logger = Logger(label: "scriberr") { _ in SwiftLogNoOpLogHandler() })
        throws
    {
        media = try MediaTools.locate(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        self.settings = EngineSettings(settings, slots: slots)
        store = ModelStore(settings: self.settings, logger: logger)
        local = LocalProvider(settings: self.settings, store: store, logger: logger)
        remotes = settings.engine.remotes.map { RemoteProvider(settings: $0, logger: logger) }
        let defaults = ProviderRegistry.ModelDefaults(
            offline: settings.engine.offlineFallback ? ModelCatalogue.offlineModel : nil
        )
        registry = try ProviderRegistry([local] + remotes, defaults: defaults, logger: logger)
    }

    /// Ends every engine process.
    func close() async { await registry.close() }
}

extension EngineSettings {
    /// What the environment says about engines.
    init(_ settings: Settings, slots: Int) {
        let engine = settings.engine
        self.init(
            cacheFolder: engine.cacheFolder,
            modelFolders: engine.modelFolders,
            device: DeviceChoice(rawValue: engine.device.rawValue) ?? .auto,
            threads: engine.threads,
            maxLoaded: engine.maxLoaded,
            slots: slots,
            autoDownload: engine.autoDownload,
            offlineFallback: engine.offlineFallback,
            idleTimeout: engine.idleTimeout,
            memoryLimitBytes: engine.memoryLimitMegabytes == 0 ? nil : Int64(engine.memoryLimitMegabytes) << 20,
            nativeFolder: engine.nativeFolder ?? Installation.nativeFolder,
            hostPath: engine.hostPath ?? Installation.engineHost,
            mirrorBaseURL: engine.mirrorURL
        )
    }
}

/// Where the parts of this installation lie.
enum Installation {
    /// The folder of this program, links followed.
    static var binaryFolder: String {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return ((link ?? CommandLine.arguments[0]) as NSString).deletingLastPathComponent
    }

    /// The engine host program: it lies beside this one.
    static var engineHost: String { binaryFolder + "/scriberr-engine" }

    /// sherpa-onnx and Silero: installed beside the program, or fetched by `make setup` into the checkout that the program was
    /// built in, or into the working folder.
    static var nativeFolder: String {
        let above = sequence(first: binaryFolder) { $0 == "/" ? nil : ($0 as NSString).deletingLastPathComponent }
        let built = above.prefix(6).map { $0 + "/.native" }
        let places = [(binaryFolder as NSString).deletingLastPathComponent + "/lib/scriberr"] + built
        let working = FileManager.default.currentDirectoryPath + "/.native"
        return places.first { FileManager.default.fileExists(atPath: $0) } ?? working
    }
}
