import Foundation
import Logging
import ScriberrCore
import ScriberrEngines
import ScriberrServices
import ScriberrStore
import ScriberrTestStores
import ScriberrTestSupport
import Testing

/// The services on a real database and a real folder, with a clock that stands still.
struct World: Sendable {
    let folder: String
    let database: any Database
    let signals: StoreSignals
    let blobs: FolderBlobStore
    let staging: StagingFolder
    let receiver = ScriptedReceiver()
    let clock: ManualWallClock
    let services: Services
    let depot: ScriptedDepot

    /// Builds the world, hands it to `body` and takes it down, on each database that is asked for.
    static func with(
        uploadLimitBytes: Int64 = 1 << 20,
        _ body: (World) async throws -> Void
    ) async throws {
        for kind in TestDatabase.all {
            try await kind.with { database, signals in
                try await withTemporaryFolder { folder in
                    let world = try World(
                        folder: folder,
                        database: database,
                        signals: signals,
                        uploadLimitBytes: uploadLimitBytes
                    )
                    defer { world.services.events.close() }
                    try await body(world)
                }
            }
        }
    }

    private init(folder: String, database: any Database, signals: StoreSignals, uploadLimitBytes: Int64) throws {
        self.folder = folder
        (self.database, self.signals) = (database, signals)
        blobs = try FolderBlobStore(path: folder + "/blobs")
        staging = try StagingFolder(path: folder + "/partial")
        clock = ManualWallClock()
        depot = ScriptedDepot()
        services = Services(
            database: database,
            signals: signals,
            blobs: blobs,
            staging: staging,
            probe: FirstByteProbe(),
            directory: FewModels(),
            depot: depot,
            webhookSender: receiver,
            secrets: SecretBox(serverSecret: Array("the secret of a test".utf8)),
            logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() },
            clock: clock,
            uploadLimitBytes: uploadLimitBytes,
            passwordCost: .none
        )
    }

    /// The first account.
    func ann() async throws -> UserID {
        try await services.accounts.register(username: "ann", password: "password", confirmation: "password").user.id
    }

    /// Another account.
    func ben() async throws -> UserID {
        try await services.accounts.createUser(username: "ben", password: "password", role: .user).id
    }

    /// A recording of these bytes; `A` in front makes it audio of ten seconds, `V` video.
    @discardableResult
    func file(_ owner: UserID, _ bytes: String = "Aaa", name: String = "talk.wav", title: String? = nil) async throws -> AudioFile
    {
        clock.advance(by: .seconds(1))
        return try await services.library.finish(upload(owner, bytes, name: name), title: title)
    }

    func upload(_ owner: UserID, _ bytes: String = "Aaa", name: String = "talk.wav") async throws -> Upload {
        let upload = try await services.library.beginUpload(owner, fileName: name, declaredType: nil)
        try await upload.write(Array(bytes.utf8)[...])
        return upload
    }

    /// A queued job for a new recording.
    func job(_ owner: UserID, _ request: NewTranscription = NewTranscription()) async throws -> Transcription {
        let file = try await file(owner)
        return try await services.transcriptions.create(owner, fileID: file.id.text, request)
    }

    /// Claims the next job as a worker would.
    func claim() async throws -> ClaimedJob? {
        let store = SQLJobStore(database: database)
        let worker = InstanceID.make(at: clock.now())
        let request = ClaimRequest(
            instance: worker,
            count: 1,
            leaseExpiresAt: clock.now() + .seconds(60),
            now: clock.now()
        )
        return try await store.claim(request).jobs.first
    }

    /// Ends a claimed job with this text.
    func complete(_ claimed: ClaimedJob, _ text: String) async throws {
        let transcript = #"{"text":"\#(text)","language":"en","segments":[],"words":[],"engine":{}}"#
        let result = JobResult(transcript: Array(transcript.utf8), text: text)
        let fenced = try await SQLJobStore(database: database).complete(claimed.lease, result, at: clock.now())
        guard fenced == .applied else { throw ScriberrError(.internalError, "The lease was lost.") }
    }

    /// The event log of an owner: types, in order.
    func events(_ owner: UserID) async throws -> [String] {
        try await database.read { try EventLog.events($0, after: 0, owner: owner, limit: 1_000).map(\.type.rawValue) }
    }
}

/// Tells media by the first byte: `A` audio, `V` video, anything else nothing that can be read.
struct FirstByteProbe: MediaProbe {
    func probe(path: String) async throws -> ProbedMedia {
        let blob = try String(contentsOfFile: path, encoding: .utf8)
        switch blob.first {
        case "A": return ProbedMedia(mimeType: "audio/ogg", durationSeconds: 10, hasVideo: false)
        case "V": return ProbedMedia(mimeType: "video/mp4", durationSeconds: nil, hasVideo: true)
        default: throw ScriberrError(.mediaUnreadable, "The recording cannot be read.", detail: path)
        }
    }

    /// As many parts as bytes, each of the byte's height.
    func outline(path: String, parts: Int) async throws -> WaveformOutline {
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        return WaveformOutline(seconds: 10, peaks: bytes.flatMap { [0, Int8(clamping: $0)] })
    }
}

/// A default model of few languages, one that does everything, and one that tells speakers apart.
struct FewModels: ModelDirectory {
    func models() async throws -> [ModelListing] {
        [
            ModelListing(
                id: "whisper-base",
                name: "Whisper Base",
                provider: "local",
                installed: true,
                isDefault: true,
                capabilities: ["transcription", "word_timestamps"],
                languages: ["en", "de", "yue"]
            ),
            ModelListing(
                id: "wide",
                name: "Wide",
                provider: "local",
                installed: false,
                isDefault: false,
                capabilities: ["transcription", "translation", "hotwords"],
                canBeDownloaded: true
            ),
            ModelListing(
                id: "by-hand",
                name: "By hand",
                provider: "local",
                installed: false,
                isDefault: false,
                capabilities: ["transcription"]
            ),
            ModelListing(
                id: "speakers",
                name: "Speakers",
                provider: "local",
                installed: true,
                isDefault: true,
                capabilities: ["diarization"]
            ),
        ]
    }
}

/// The code and field of the error that `body` throws; nil when it throws none of ours.
func failure<Value>(_ body: () async throws -> Value) async -> Failure? {
    do {
        _ = try await body()
        return nil
    } catch let error as ScriberrError {
        return Failure(error.code, error.field)
    } catch {
        return nil
    }
}

/// Expects `body` to fail like this. Not written as `#expect(await failure { … } == …)`: with Swift 6.3 a closure beside such a
/// macro was seen to run as the one inside it.
func expect<Value>(
    _ expected: Failure,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async {
    let found = await failure(body)
    #expect(found == expected, sourceLocation: sourceLocation)
}

/// What a client can tell an error by.
struct Failure: Equatable {
    var code: ScriberrError.Code
    var field: String?

    init(_ code: ScriberrError.Code, _ field: String? = nil) {
        self.code = code
        self.field = field
    }
}

extension World {
    /// The keys of all blobs on the disk, unfinished ones too.
    func storedBlobs() throws -> [String] {
        let names = FileManager.default.enumerator(atPath: folder + "/blobs")?.compactMap { $0 as? String } ?? []
        return names.compactMap { $0.split(separator: "/").last.map(String.init) }.filter { $0.hasPrefix("file_") }.sorted()
    }

    /// Where a blob lies.
    func storedPath(_ key: String) throws -> String {
        let names = FileManager.default.enumerator(atPath: folder + "/blobs")?.compactMap { $0 as? String } ?? []
        return try folder + "/blobs/" + #require(names.first { $0.hasSuffix(key) })
    }

    /// The bytes of a recording as text.
    func text(_ audio: OpenedAudio, _ range: Range<Int64>? = nil) async throws -> String {
        var bytes: [UInt8] = []
        try await audio.read(range ?? 0..<audio.sizeBytes) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    func noteUnclaimed(_ key: String) async throws {
        let now = clock.now()
        try await database.write { try UnclaimedBlobSQL.note($0, key, at: now) }
    }
}

extension World {
    /// Stores a finished piece as the pipeline does.
    func hear(_ claimed: ClaimedJob, piece: Int, _ text: String) async throws {
        let speech = SpeechPiece(
            index: piece,
            start: Double(piece),
            end: Double(piece + 1),
            resumeAt: Double(piece + 1),
            text: text,
            words: []
        )
        let checkpoint = try PieceArchive.checkpoint(of: speech, job: claimed.job.id, fingerprint: "f")
        _ = try await SQLJobStore(database: database).checkpoint(claimed.lease, checkpoint, at: clock.now())
    }
}
