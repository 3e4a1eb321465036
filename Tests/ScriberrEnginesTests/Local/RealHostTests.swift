import Foundation
import Logging
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

@testable import ScriberrEngines

/// The local provider with the real host and real speech. The host and its native libraries are there in `make test`; a build of
/// this room alone has none.
@Suite(
    .serialized,
    .enabled(if: RealHost.isThere, "scriberr-engine, Silero VAD or the PocketSphinx model is missing"),
    .timeLimit(.minutes(15))
)
struct RealHostTests {
    @Test func `a recording becomes words through PocketSphinx`() async throws {
        try await withRealHost { provider in
            let heard = Heard()
            let report = try await provider.transcribe(RealHost.request) { heard.add($0) }
            let text = heard.pieces.map(\.text).joined(separator: " ")
            #expect(text.contains("words stay on your own machine"))
            #expect(heard.pieces.map(\.index) == Array(0..<heard.pieces.count))
            #expect(heard.all.first == .loadingModel)
            #expect(report.audioSeconds > 7 && report.speechSeconds > 3)
            #expect((report.peakMemoryBytes ?? 0) > 50 << 20)
        }
    }

    @Test func `the second order finds its model loaded`() async throws {
        try await withRealHost { provider in
            _ = try await provider.transcribe(RealHost.request) { _ in }
            let first = await provider.processIDs()
            let heard = Heard()
            _ = try await provider.transcribe(RealHost.request) { heard.add($0) }
            #expect(!heard.all.contains(.loadingModel))
            let second = await provider.processIDs()
            #expect(first == second && first.count == 1)
        }
    }

    @Test func `a host killed from outside fails the attempt, and the next attempt works`() async throws {
        try await withRealHost { provider in
            await #expect {
                _ = try await provider.transcribe(RealHost.request) { event in
                    guard case .started = event else { return }
                    for processID in await provider.processIDs() { kill(processID, SIGKILL) }
                }
            } throws: {
                ($0 as? ScriberrError)?.code == .engineCrashed
            }
            let heard = Heard()
            _ = try await provider.transcribe(RealHost.request) { heard.add($0) }
            #expect(heard.pieces.first?.index == 0)
        }
    }

    @Test func `an attempt goes on behind the finished pieces`() async throws {
        try await withTemporaryFolder { folder in
            var request = RealHost.request
            request.audioPath = "\(folder)/long.wav"
            try RealHost.writeRepeated(2, to: request.audioPath)
            try await withRealHost { [request] provider in
                let whole = Heard()
                _ = try await provider.transcribe(request) { whole.add($0) }
                let first = try #require(whole.pieces.first)
                var rest = request
                rest.finishedPieces = 1
                rest.resumeAt = first.resumeAt
                let heard = Heard()
                _ = try await provider.transcribe(rest) { heard.add($0) }
                #expect(heard.pieces.map(\.index) == Array(1..<(1 + heard.pieces.count)))
                #expect(heard.pieces.allSatisfy { $0.start >= first.end })
                #expect((heard.pieces.last?.end ?? first.end) > 12, "the sample is 7.2 seconds long")
            }
        }
    }

    @Test func `a cancel ends the work in the middle and leaves no process after closing`() async throws {
        try await withTemporaryFolder { folder in
            var request = RealHost.request
            request.audioPath = "\(folder)/long.wav"
            try RealHost.writeRepeated(60, to: request.audioPath)
            try await withRealHost { [request] provider in
                let (signal, first) = AsyncStream.makeStream(of: Void.self)
                let heard = Heard()
                let task = Task {
                    try await provider.transcribe(request) { event in
                        heard.add(event)
                        first.yield()
                    }
                }
                for await _ in signal { break }
                let processes = await provider.processIDs()
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect((heard.pieces.last?.end ?? 0) < 200, "the recording is 430 seconds long")
                await provider.close()
                for processID in processes { #expect(await LocalWorld.isGone(processID)) }
            }
        }
    }

    @Test func `a recording that is none has its code`() async throws {
        try await withRealHost { provider in
            var request = RealHost.request
            request.audioPath = RealHost.root + "/Package.swift"
            await #expect {
                _ = try await provider.transcribe(request) { _ in }
            } throws: {
                ($0 as? ScriberrError)?.code == .mediaUnreadable
            }
            let next = try await provider.transcribe(RealHost.request) { _ in }
            #expect(next.audioSeconds > 7)
        }
    }

    @Test func `the check tells the engines`() async throws {
        try await withRealHost { provider in
            let engines = try await provider.check()
            #expect(engines.contains { $0.name == "pocketsphinx" && $0.problem == nil })
        }
    }
}

/// Where the real host and what it needs lie.
private enum RealHost {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static let settings = EngineSettings(
        cacheFolder: "/nowhere",
        autoDownload: false,
        nativeFolder: ProcessInfo.processInfo.environment["SCRIBERR_NATIVE_DIR"] ?? root + "/.native",
        hostPath: ProcessInfo.processInfo.environment["SCRIBERR_ENGINE_PATH"] ?? builtProgram("scriberr-engine")
    )

    static var isThere: Bool {
        let catalogue = ModelCatalogue(settings: settings)
        guard (try? catalogue.voiceActivityModelPath()) != nil, let model = catalogue.model(ModelCatalogue.offlineModel) else {
            return false
        }
        return catalogue.isInstalled(model) && FileManager.default.isExecutableFile(atPath: settings.hostPath)
    }

    /// The sample some times in a row; its header is 44 bytes, as ours have it.
    static func writeRepeated(_ times: Int, to path: String) throws {
        let sample = try Data(contentsOf: URL(fileURLWithPath: root + "/samples/welcome.wav"))
        var sound = Data()
        for _ in 0..<times { sound += sample.dropFirst(44) }
        var head = sample.prefix(40)
        withUnsafeBytes(of: UInt32(36 + sound.count).littleEndian) { head.replaceSubrange(4..<8, with: $0) }
        withUnsafeBytes(of: UInt32(sound.count).littleEndian) { head.append(contentsOf: $0) }
        try (head + sound).write(to: URL(fileURLWithPath: path))
    }

    static let request = TranscriptionRequest(
        audioPath: root + "/samples/welcome.wav",
        model: ModelCatalogue.offlineModel,
        language: "en"
    )
}

private func withRealHost(_ body: @Sendable (LocalProvider) async throws -> Void) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let provider = LocalProvider(settings: RealHost.settings, store: ModelStore(settings: RealHost.settings), logger: logger)
    do {
        try await body(provider)
        await provider.close()
    } catch {
        await provider.close()
        throw error
    }
}
