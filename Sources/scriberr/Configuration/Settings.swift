import Foundation
import ScriberrCore
import ScriberrEngines
import ScriberrServer
import ScriberrServices
import ScriberrStore

/// Everything that can be set, read once at the start. The only place that looks at the environment.
struct Settings: Sendable {
    var host: String
    /// 0 lets the system choose.
    var port: Int
    var isProduction: Bool
    var allowedOrigins: [String]
    var secureCookies: Bool
    /// Who may say for whom a request is made.
    var trustedProxies: TrustedProxies
    /// Serves the web page from this folder, for working on it; nil for the program's own copy.
    var webFolder: String?
    var logLevel: LogVerbosity
    var database: DatabaseLocation
    var storage: StorageLocation
    /// Whether clients are sent to the bucket for recordings.
    var redirectsDownloads: Bool
    /// Where finished transcripts are kept as files too.
    var transcriptsFolder: String
    /// Given by the operator; nil to read or make ``tokenSecretFile``.
    var tokenSecret: String?
    var tokenSecretFile: String
    /// Secrets from before, which still open what was closed with them.
    var earlierTokenSecrets: [[UInt8]]
    var uploadLimitBytes: Int64
    var uploadStaging: UploadStaging
    var webhooks: Webhooks
    var folders: Folders
    /// Where requests may go that somebody else chose the address of.
    var outbound: OutboundPolicy
    var engine: Engine
    var queue: Queue
    var guests: Guests
    var imports: Imports
    /// One deadline for the whole graceful stop.
    var shutdownTimeout: Duration
    /// How long the event log remembers.
    var eventRetention: Duration
    /// How long an idempotency key is remembered.
    var idempotencyRetention: Duration
    /// Folders and files that are made or written.
    var places: [Place] = []

    /// Speech engines.
    struct Engine: Sendable {
        var cacheFolder: String
        /// Further folders with models, which are only read.
        var modelFolders: [String]
        /// Servers that may be used as engines; none unless configured.
        var remotes: [RemoteSettings]
        var device: Device
        /// 0 lets the engine decide.
        var threads: Int
        var maxLoaded: Int
        var autoDownload: Bool
        var offlineFallback: Bool
        /// How long an engine process without work is kept.
        var idleTimeout: Duration
        /// 0 for no limit.
        var memoryLimitMegabytes: Int
        /// Another place to fetch models from.
        var mirrorURL: String?
        /// The engine host program; nil for the one beside this program.
        var hostPath: String?
        /// Where sherpa-onnx and Silero lie; nil to look in the usual places.
        var nativeFolder: String?
    }

    /// The queue and its workers.
    struct Queue: Sendable {
        var workers: Int
        var pollInterval: Duration
        var leaseTimeout: Duration
        var maxAttempts: Int
        /// A job whose process died this often while it ran is not tried again.
        var crashLimit: Int
        var policy: SchedulingPolicy
        /// nil for no limit.
        var maxRunningPerUser: Int?
        /// An attempt that makes no progress for this long is stopped.
        var stallTimeout: Duration
    }

    enum Device: String, Sendable { case auto, cpu, cuda }
    enum LogVerbosity: String, Sendable { case debug, info, warning, error, silent }
    /// Where rows lie.
    enum DatabaseLocation: Sendable, Equatable {
        case sqlite(path: String)
        case postgres(PostgresAddress)
    }

    /// Where recordings lie.
    enum StorageLocation: Sendable, Equatable {
        case folder(path: String)
        case bucket(BucketSettings)
    }
}

/// The start is refused: what is wrong, one sentence per variable.
struct SettingsError: Error, CustomStringConvertible {
    let problems: [String]
    var description: String { problems.joined(separator: "\n") }
}

extension Settings {
    /// Reads every setting. Throws ``SettingsError`` with all mistakes at once.
    static func read(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        environmentFile: String? = ".env"
    ) async throws -> Settings {
        let (settings, problems) = readWithProblems(environment: environment, environmentFile: environmentFile)
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        return settings
    }

    /// Reads every setting and answers all mistakes with them; what is wrong has its usual value.
    static func readWithProblems(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        environmentFile: String? = ".env"
    ) -> (settings: Settings, problems: [String]) {
        var reader = SettingsReader(environment: environment, environmentFile: environmentFile)
        let settings = Settings(from: &reader)
        return (settings, reader.problems)
    }

    private init(from reader: inout SettingsReader) {
        host = reader.trimmed("HOST", default: "0.0.0.0")
        port = reader.integer("PORT", default: 8080, in: 0...65_535)
        isProduction = reader.choice("APP_ENV", default: false, of: ["development": false, "production": true])
        allowedOrigins = reader.origins("ALLOWED_ORIGINS", default: "http://localhost:5173,http://localhost:8080")
        secureCookies = reader.value("SECURE_COOKIES").map { $0 == "true" } ?? isProduction
        trustedProxies = reader.parsed(
            "TRUSTED_PROXIES",
            default: TrustedProxies(),
            wants: "IPv4 or IPv6 addresses or ranges of them, such as 127.0.0.1,10.0.0.0/8,fd00::/8"
        ) { TrustedProxies($0) }
        webFolder = reader.path("SCRIBERR_WEB_DIR", PlaceCheck.folderThatIsThere)
        logLevel = LogVerbosity(named: reader.string("LOG_LEVEL", default: "info")) ?? .info
        database = Self.database(from: &reader)
        storage = StorageLocation(from: &reader)
        redirectsDownloads = Self.redirectsDownloads(from: &reader)
        transcriptsFolder = reader.string("TRANSCRIPTS_DIR", default: "data/transcripts")
        tokenSecret = reader.signingSecret("JWT_SECRET")
        tokenSecretFile = reader.string("JWT_SECRET_FILE", default: "data/jwt_secret")
        earlierTokenSecrets = reader.signingSecret("JWT_SECRET_PREVIOUS").map { [Array($0.utf8)] } ?? []
        uploadLimitBytes = Int64(reader.integer("UPLOAD_LIMIT_MB", default: 51_200, in: 1...16_777_216)) << 20
        uploadStaging = UploadStaging(from: &reader)
        webhooks = Webhooks(from: &reader)
        folders = Folders(from: &reader)
        outbound = reader.outboundPolicy()
        engine = Engine(from: &reader)
        queue = Queue(from: &reader)
        guests = Guests(from: &reader)
        imports = Imports(from: &reader)
        shutdownTimeout = reader.duration("SHUTDOWN_TIMEOUT", default: .seconds(30))
        eventRetention = reader.duration("EVENT_RETENTION", default: .seconds(7 * 86_400))
        idempotencyRetention = reader.duration("IDEMPOTENCY_RETENTION", default: .seconds(86_400))
        places = Self.places(self, from: reader)
    }

    private static func database(from reader: inout SettingsReader) -> DatabaseLocation {
        let path = reader.string("DATABASE_PATH", default: "data/scriberr.db")
        guard let url = reader.value("DATABASE_URL") else { return .sqlite(path: path) }
        for prefix in ["sqlite://", "sqlite:"] where url.hasPrefix(prefix) && url.count > prefix.count {
            return .sqlite(path: String(url.dropFirst(prefix.count)))
        }
        if let address = PostgresAddress(url) { return .postgres(address) }
        reader.reject("DATABASE_URL", got: url, wants: "sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE")
        return .sqlite(path: path)
    }

}

extension Settings.Engine {
    fileprivate init(from reader: inout SettingsReader) {
        cacheFolder = reader.path("SPEECH_ENGINE_CACHE_DIR", PlaceCheck.folderOrNothing) ?? "data/models"
        modelFolders = Self.modelFolders(from: &reader)
        remotes = Self.remotes(from: &reader)
        device = reader.choice("SPEECH_ENGINE_PROVIDER", default: .auto, of: ["auto": .auto, "cpu": .cpu, "cuda": .cuda])
        threads = reader.integer("SPEECH_ENGINE_THREADS", default: 0, in: 0...1_024)
        maxLoaded = reader.integer("SPEECH_ENGINE_MAX_LOADED", default: 2, in: 1...64)
        autoDownload = reader.bool("SPEECH_ENGINE_AUTO_DOWNLOAD", default: true)
        offlineFallback = reader.bool("SPEECH_ENGINE_OFFLINE_FALLBACK", default: true)
        idleTimeout = reader.duration("SPEECH_ENGINE_IDLE_TIMEOUT", default: .seconds(300))
        memoryLimitMegabytes = reader.integer("SPEECH_ENGINE_MEMORY_LIMIT_MB", default: 0, in: 0...Int.max >> 20)
        mirrorURL = reader.parsed("SPEECH_ENGINE_MIRROR_URL", default: nil, wants: "an http:// or https:// address") { text in
            let isWeb = URL(string: text).map { ["http", "https"].contains($0.scheme) && $0.host != nil } ?? false
            return isWeb ? .some(text) : nil
        }
        hostPath = reader.path("SCRIBERR_ENGINE_PATH", PlaceCheck.program)
        nativeFolder = reader.path("SCRIBERR_NATIVE_DIR", PlaceCheck.folderThatIsThere)
    }
}

extension Settings.Queue {
    fileprivate init(from reader: inout SettingsReader) {
        workers = reader.integer("TRANSCRIPTION_WORKERS", default: 1, in: 1...Int.max)
        pollInterval = reader.duration("TRANSCRIPTION_QUEUE_POLL_INTERVAL", default: .seconds(2))
        // Renewals and signs of life come three times as often, and each takes its time.
        leaseTimeout = reader.duration("TRANSCRIPTION_LEASE_TIMEOUT", default: .seconds(600), atLeast: .seconds(1))
        maxAttempts = reader.integer("TRANSCRIPTION_MAX_ATTEMPTS", default: 3, in: 1...100)
        crashLimit = reader.integer("TRANSCRIPTION_CRASH_LIMIT", default: 5, in: 1...1_000)
        policy = reader.choice("TRANSCRIPTION_SCHEDULING", default: .fifo, of: ["fifo": .fifo, "fair_share": .fairShare])
        let perUser = reader.integer("TRANSCRIPTION_MAX_PER_USER", default: 0, in: 0...Int.max)
        maxRunningPerUser = perUser == 0 ? nil : perUser
        // A piece of speech is up to half a minute long, and a slow machine takes as long for it without a word.
        stallTimeout = reader.duration("TRANSCRIPTION_STALL_TIMEOUT", default: .seconds(600), atLeast: .seconds(60))
    }
}

extension Settings.LogVerbosity {
    fileprivate init?(named name: String) {
        switch name.lowercased() {
        case "debug": self = .debug
        case "info": self = .info
        case "warn", "warning": self = .warning
        case "error": self = .error
        case "silent": self = .silent
        default: return nil
        }
    }
}
