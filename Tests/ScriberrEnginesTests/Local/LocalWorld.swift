import Foundation
import Logging
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrEngines

/// A local provider with the fake host, a model and a voice-activity model, in a folder of its own.
struct LocalWorld: Sendable {
    let folder: String
    let settings: EngineSettings
    let provider: LocalProvider

    /// A request that tells the fake host what to do.
    func request(_ script: String, finishedPieces: Int = 0, device: String = "auto") -> TranscriptionRequest {
        TranscriptionRequest(
            audioPath: "/nowhere/\(script)",
            model: "fake",
            device: device,
            finishedPieces: finishedPieces
        )
    }

    /// The texts of the pieces that came, up to an error.
    func pieces(_ script: String) async throws -> [SpeechPiece] {
        let heard = Heard()
        _ = try await provider.transcribe(request(script)) { heard.add($0) }
        return heard.pieces
    }

    /// The error that an order ends with.
    func error(_ script: String) async -> ScriberrError? { await error(request(script)) }

    func error(_ request: TranscriptionRequest) async -> ScriberrError? {
        do {
            _ = try await provider.transcribe(request) { _ in }
            return nil
        } catch {
            return error as? ScriberrError
        }
    }

    /// Waits until the process is gone: it must not even be a zombie.
    static func isGone(_ processID: Int32) async -> Bool {
        await eventually { kill(processID, 0) != 0 && errno == ESRCH }
    }
}

/// What a caller has heard.
final class Heard: Sendable {
    private let events = Mutex<[TranscriptionEvent]>([])
    func add(_ event: TranscriptionEvent) { events.withLock { $0.append(event) } }
    var all: [TranscriptionEvent] { events.withLock { $0 } }
    var pieces: [SpeechPiece] {
        all.compactMap { if case .piece(let piece) = $0 { piece } else { nil } }
    }
}

/// Limits that make a host which misbehaves in this way fail in seconds, which the next order has to keep to as well. The others
/// stay, so that a busy machine does not look like a host that hangs.
func limits(for script: String) -> HostLimits {
    var limits = HostLimits()
    let short = Duration.seconds(5)
    switch script.prefix(while: { $0 != "-" }) {
    case "hang": limits.silence = short
    case "stall": limits.stall = short
    case "slowload": limits.loading = short
    case "mute": limits.leaving = .milliseconds(100)
    case "never": limits.startUp = .milliseconds(300)
    default: break
    }
    return limits
}

func withLocalWorld(
    host name: String = "fake-engine-host",
    slots: Int = 1,
    idleTimeout: Duration = .seconds(60),
    memoryLimitBytes: Int64? = nil,
    device: EngineSettings.DeviceChoice = .auto,
    limits: HostLimits = HostLimits(),
    _ body: @Sendable (LocalWorld) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        try layOut(folder, host: name)
        let settings = EngineSettings(
            cacheFolder: "\(folder)/models",
            device: device,
            slots: slots,
            autoDownload: false,
            idleTimeout: idleTimeout,
            memoryLimitBytes: memoryLimitBytes,
            nativeFolder: "\(folder)/native",
            hostPath: "\(folder)/\(name)",
            pocketSphinxFolder: "\(folder)/pocketsphinx"
        )
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = ModelStore(settings: settings)
        let provider = LocalProvider(settings: settings, store: store, limits: limits, logger: logger)
        let world = LocalWorld(folder: folder, settings: settings, provider: provider)
        do {
            try await body(world)
            await provider.close()
        } catch {
            await provider.close()
            throw error
        }
    }
}

private func layOut(_ folder: String, host: String) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: "\(folder)/models/fake", withIntermediateDirectories: true)
    try files.createDirectory(atPath: "\(folder)/native/silero-vad", withIntermediateDirectories: true)
    try files.createSymbolicLink(atPath: "\(folder)/\(host)", withDestinationPath: builtProgram("fake-engine-host"))
    let card = """
        {"id": "fake", "name": "Fake", "family": "nemo_ctc", "languages": ["en"], "files": {"model": "m.onnx", "tokens": "t.txt"},
         "capabilities": ["transcription", "word_timestamps", "diarization"]}
        """
    try Data(card.utf8).write(to: URL(fileURLWithPath: "\(folder)/models/fake/model.json"))
    for name in ["models/fake/m.onnx", "models/fake/t.txt", "native/silero-vad/silero_vad.onnx"] {
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
}

/// A program that was built beside these tests.
func builtProgram(_ name: String) -> String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(name).path
}
