import Foundation
import Logging
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestServer
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrEngines

/// A store with one small model, whose archive a test server serves in its own way.
struct StoreWorld: Sendable {
    static let model = "small-model"
    /// Bytes that do not compress.
    static let encoder: [UInt8] = {
        var state: UInt64 = 7
        return (0..<200_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }()
    static let tokens = Array("a 0\nb 1\n".utf8)

    let folder: String
    let store: ModelStore
    let log: RequestLog

    var cache: String { "\(folder)/models" }

    /// Names below the model folder, hidden workshop folders included when they hold something.
    func leftovers() throws -> [String] {
        var names = try FileManager.default.contentsOfDirectory(atPath: cache).filter { !$0.hasPrefix(".") }
        for hidden in [".downloads", ".staging"] {
            let inside = (try? FileManager.default.contentsOfDirectory(atPath: "\(cache)/\(hidden)")) ?? []
            names += inside.map { "\(hidden)/\($0)" }
        }
        return names.sorted()
    }

    func pullError(of model: String = StoreWorld.model) async -> ScriberrError? {
        do {
            _ = try await store.pull(model)
            return nil
        } catch {
            return error as? ScriberrError
        }
    }
}

/// The requests that a server has had.
final class RequestLog: Sendable {
    private let requests = Mutex<[TestServer.Request]>([])
    func add(_ request: TestServer.Request) -> Int {
        requests.withLock {
            $0.append(request)
            return $0.count
        }
    }
    var all: [TestServer.Request] { requests.withLock { $0 } }
}

/// The small model's archive as published.
func smallArchive() async throws -> [UInt8] {
    var archive = TestArchive()
    archive.add("small/README", Array("not wanted".utf8))
    archive.add("small/encoder.onnx", StoreWorld.encoder)
    archive.add("small/tokens.txt", StoreWorld.tokens)
    return try await TestArchive.compressed(archive.finished)
}

/// Runs `body` with a store whose server answers with `answer`, which also hears the number of the request, from 1.
func withStore(
    archive: [UInt8],
    patience: Duration = .seconds(30),
    size: Int64?? = nil,
    sha256: String?? = nil,
    autoDownload: Bool = true,
    freeBytes: Int64 = .max,
    answer: @escaping @Sendable (TestServer.Request, Int, TestServer.Answer) async throws -> Void,
    _ body: @escaping @Sendable (StoreWorld) async throws -> Void
) async throws {
    let published = try await TestArchive.sha256(archive)
    let known = CatalogueModel(
        id: StoreWorld.model,
        name: "Small",
        family: .whisper,
        languages: ["en"],
        capabilities: ["transcription"],
        licence: "MIT",
        sources: [
            ModelSource(
                tag: "tag",
                file: "small.tar.bz2",
                sizeBytes: size ?? Int64(archive.count),
                sha256: sha256 ?? published,
                members: ["encoder.onnx", "tokens.txt"]
            )
        ],
        files: ["encoder": "encoder.onnx", "tokens": "tokens.txt"]
    )
    let log = RequestLog()
    try await withTemporaryFolder { folder in
        try await TestServer.serving { request, connection in
            try await answer(request, log.add(request), connection)
        } _: { server in
            let settings = EngineSettings(
                cacheFolder: "\(folder)/models",
                autoDownload: autoDownload,
                nativeFolder: "",
                hostPath: "",
                mirrorBaseURL: server.baseURL
            )
            var limits = DownloadLimits()
            limits.stall = patience
            limits.pause = .milliseconds(10)
            limits.triesMax = 3
            limits.probe = patience
            let store = ModelStore(
                settings: settings,
                limits: limits,
                known: [known],
                freeBytes: { _ in freeBytes },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try await body(StoreWorld(folder: folder, store: store, log: log))
        }
    }
}
