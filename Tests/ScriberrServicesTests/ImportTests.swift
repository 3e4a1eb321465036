import ScriberrCore
import ScriberrStore
import ScriberrTestServer
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrServices

@Suite(.timeLimit(.minutes(15)))
struct ImportTests {
    @Test func `a recording at an address becomes a file`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            try await serving(["/a%20b/talk%201.ogg": "Arecording"]) { server in
                let imports = world.imports(ImportPolicy(network: .open))
                let file = try await imports.start(
                    owner,
                    url: server.baseURL + "/a%20b/talk%201.ogg?key=1",
                    title: nil,
                    youTubeOnly: false
                )
                #expect((file.status, file.title, file.sizeBytes) == (.processing, "talk 1", 0))
                let ended = try await world.finish(imports, file)
                #expect((ended.status, ended.kind, ended.sizeBytes) == (.ready, .audio, 10))
                #expect(try await world.text(world.services.library.audio(owner, file.id)) == "Arecording")
                #expect(try await world.events(owner) == ["file.processing", "file.progress", "file.ready"])
                #expect(try world.storedBlobs().count == 1)
                #expect(try await world.services.library.list(owner, FileListQuery()).items.count == 1)
            }
        }
    }

    @Test func `an import of bytes that are there already shares them`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            try await world.file(owner, "Asame")
            try await serving(["/x": "Asame"]) { server in
                let imports = world.imports(ImportPolicy(network: .open))
                let file = try await imports.start(owner, url: server.baseURL + "/x", title: "Mine", youTubeOnly: false)
                let ended = try await world.finish(imports, file)
                #expect((ended.status, ended.title) == (.ready, "Mine"))
                #expect(try world.storedBlobs().count == 1)
            }
        }
    }

    @Test func `what is to be transcribed is queued once, though new files are transcribed by themselves`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            _ = try await world.services.settings.update(owner, autoTranscriptionEnabled: true, defaultProfileID: nil)
            try await serving(["/talk.ogg": "Arecording"]) { server in
                let imports = world.imports(ImportPolicy(network: .open))
                let wanted = TranscriptionOptions(language: "de", diarization: true, speakers: 2)
                let url = server.baseURL + "/talk.ogg"
                let file = try await imports.start(owner, url: url, title: nil, youTubeOnly: false, transcription: wanted)
                #expect(try await world.finish(imports, file).status == .ready)
                let jobs = try await world.services.transcriptions.list(owner, TranscriptionListQuery()).items
                #expect(jobs.map(\.title) == ["talk"] && jobs.map(\.fileID) == [file.id])
                let job = try await world.services.transcriptions.get(owner, #require(jobs.first).id)
                #expect(job.options == wanted)
            }
        }
    }

    @Test(arguments: [
        ("/missing", ScriberrError.Code.downloadFailed), ("/page", .mediaUnreadable), ("/large", .payloadTooLarge),
        ("/endless", .payloadTooLarge), ("/broken", .downloadFailed),
    ])
    func `what is no recording, too large or broken off fails with its code and leaves no bytes`(
        path: String,
        code: ScriberrError.Code
    ) async throws {
        try await World.with { world in
            let owner = try await world.ann()
            try await TestServer.serving { request, answer in
                switch request.path {
                case "/page": try await answer.whole(Array("<html>".utf8))
                case "/large": try await answer.head("200 OK", [("content-length", "9000000")])
                case "/endless":
                    try await answer.head("200 OK")
                    for _ in 0..<64 { try await answer.send([UInt8](repeating: 65, count: 1 << 16)) }
                case "/broken":
                    try await answer.head("200 OK", [("content-length", "5000")])
                    try await answer.send("A")
                default: try await answer.whole([], status: "404 Not Found")
                }
            } _: { server in
                let imports = world.imports(ImportPolicy(network: .open))
                let file = try await imports.start(owner, url: server.baseURL + path, title: nil, youTubeOnly: false)
                let ended = try await world.finish(imports, file)
                #expect((ended.status, ended.errorCode) == (.failed, code))
                #expect(ended.errorMessage?.isEmpty == false)
                #expect(try await world.events(owner).last == "file.failed")
                #expect(try world.storedBlobs() == [])
            }
        }
    }

    @Test func `an address in a private network is refused before anything is stored`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            for url in [
                "http://127.0.0.1/a", "http://localhost:80/a", "http://169.254.169.254/latest", "http://[::1]/", "file:///x", "",
            ] {
                await expect(Failure(.validation, "url")) {
                    try await world.imports(ImportPolicy()).start(owner, url: url, title: nil, youTubeOnly: false)
                }
            }
            #expect(try await world.services.library.list(owner, FileListQuery()).items.isEmpty)
        }
    }

    @Test func `a video without the program for it is a file that fails and says why`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let imports = world.imports(ImportPolicy(network: .open))
            let url = "https://youtu.be/x"
            await expect(Failure(.serviceUnavailable)) {
                try await imports.start(owner, url: url, title: nil, youTubeOnly: false)
            }
            let file = try await imports.start(owner, url: url, title: nil, youTubeOnly: true)
            #expect((file.status, file.kind, file.title) == (.processing, .youtube, "YouTube import"))
            #expect(try await world.finish(imports, file).status == .failed)
            #expect(try await world.events(owner) == ["file.processing", "file.failed"])
            let payloads = try await world.database.read { try EventLog.events($0, after: 0, limit: 10).map(\.payload) }
            #expect(payloads.last?.contains(#""code":"SERVICE_UNAVAILABLE","message":"This server cannot import"#) == true)
        }
    }

    @Test func `pages of known sites go to the program for sites, which names the recording`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let site = InventedSite { _, write in
                try await write(Array("Avideo".utf8)[...])
                return "A talk / on: \"things\""
            }
            let imports = world.imports(ImportPolicy(network: .open, sites: site))
            let file = try await imports.start(owner, url: "https://youtu.be/x", title: nil, youTubeOnly: true)
            #expect((file.kind, file.title) == (.youtube, "YouTube import"))
            let ended = try await world.finish(imports, file)
            #expect((ended.status, ended.kind) == (.ready, .youtube))
            #expect(ended.title == "A talk / on: \"things\"")
            await expect(Failure(.validation, "url")) {
                try await imports.start(owner, url: "https://youtube.com.evil.example/x", title: nil, youTubeOnly: true)
            }
            await expect(Failure(.serviceUnavailable)) {
                try await world.imports(ImportPolicy()).start(owner, url: "https://youtu.be/x", title: nil, youTubeOnly: false)
            }
        }
    }

    @Test func `deleting the file ends its import at once`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            try await endingAnImport(world, owner, lease: .seconds(36_000)) { try await world.services.library.delete(owner, $0) }
            #expect(try await world.events(owner).last == "file.deleted")
        }
    }

    @Test func `an import whose file another server deleted ends when its lease would be renewed`() async throws {
        try await World.with { world in
            try await endingAnImport(world, try await world.ann(), lease: .milliseconds(200)) { file in
                try await world.database.write { try ImportSQL.remove($0, file) }
            }
        }
    }

    /// Runs `end` in the middle of an import and waits until that has stopped.
    private func endingAnImport(
        _ world: World,
        _ owner: UserID,
        lease: Duration,
        _ end: (FileID) async throws -> Void
    ) async throws {
        let (started, canceled) = (Gate(), Gate())
        let site = InventedSite { _, write in
            try await write(Array("Avideo".utf8)[...])
            started.open()
            defer { canceled.open() }
            try await Task.sleep(for: .seconds(600))
            return nil
        }
        let imports = world.imports(ImportPolicy(network: .open, sites: site, lease: lease))
        let file = try await imports.start(owner, url: "https://youtu.be/x", title: nil, youTubeOnly: true)
        try await running(imports) {
            await started.wait()
            try await end(file.id)
            await canceled.wait()
        }
        #expect(try world.storedBlobs() == [])
    }

    @Test func `an import goes on after a stop, and after a crash, but not for ever`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let calls = Mutex(0)
            let started = Gate()
            let site = InventedSite { _, write in
                let call = calls.withLock {
                    $0 += 1; return $0
                }
                if call == 1 {
                    started.open()
                    try await Task.sleep(for: .seconds(600))
                }
                try await write(Array("Avideo".utf8)[...])
                return nil
            }
            let imports = world.imports(ImportPolicy(network: .open, sites: site))
            let file = try await imports.start(owner, url: "https://youtu.be/x", title: nil, youTubeOnly: true)
            try await running(imports) { await started.wait() }
            #expect(try await world.services.library.get(owner, file.id).status == .processing)
            #expect(try await world.finish(imports, file).status == .ready)

            // A dead server leaves a lease behind.
            let second = try await imports.start(owner, url: "https://youtu.be/y", title: nil, youTubeOnly: true)
            for _ in 1...ImportService.attemptsMax {
                let now = world.clock.now()
                let claimed = try await world.database.write { try ImportSQL.claim($0, until: now + .seconds(60), at: now) }
                #expect(claimed?.file == second.id)
                #expect(try await world.database.write { try ImportSQL.claim($0, until: now + .seconds(60), at: now) } == nil)
                world.clock.advance(by: .seconds(61))
            }
            let ended = try await world.finish(imports, second)
            #expect((ended.status, ended.errorCode) == (.failed, .downloadFailed))
        }
    }

    @Test func `an import that is claimed just as the server stops is put back untouched`() async throws {
        try await World.with { world in
            let owner = try await world.ann()
            let calls = Mutex(0)
            let site = InventedSite { _, write in
                calls.withLock { $0 += 1 }
                try await write(Array("Avideo".utf8)[...])
                return nil
            }
            let imports = world.imports(ImportPolicy(network: .open, sites: site))
            let file = try await imports.start(owner, url: "https://youtu.be/x", title: nil, youTubeOnly: true)
            let now = world.clock.now()
            let claim: @Sendable (any SQLConnection) throws -> ImportJob? = {
                try ImportSQL.claim($0, until: now + .seconds(60), at: now)
            }
            let claimed = try #require(try await world.database.write(claim))
            let worker = Task {
                while !Task.isCancelled { await Task.yield() }
                await imports.perform(claimed) { _ in }
            }
            worker.cancel()
            await worker.value
            #expect(calls.withLock { $0 } == 0)
            #expect(try await world.services.library.get(owner, file.id).status == .processing)
            #expect(try await world.database.write(claim)?.attempt == 1)
        }
    }

    private func serving(_ content: [String: String], _ body: @escaping @Sendable (TestServer) async throws -> Void) async throws
    {
        try await TestServer.serving { request, answer in
            let path = String(request.path.prefix { $0 != "?" })
            guard let text = content[path] else { return try await answer.whole([], status: "404 Not Found") }
            try await answer.whole(Array(text.utf8))
        } _: {
            try await body($0)
        }
    }
}

/// A site that says what a test wants.
private struct InventedSite: SiteDownloader {
    let answer: @Sendable (String, @Sendable (ArraySlice<UInt8>) async throws -> Void) async throws -> String?

    func download(_ url: String, write: @Sendable (ArraySlice<UInt8>) async throws -> Void) async throws -> String? {
        try await answer(url, write)
    }
}

extension OutboundPolicy {
    fileprivate static let open = OutboundPolicy(allowsPrivateAddresses: true)
}

/// Runs the imports while `body` runs.
private func running(_ imports: ImportService, _ body: () async throws -> Void) async throws {
    let task = Task { await imports.run { _ in } }
    defer { task.cancel() }
    try await body()
    task.cancel()
    await task.value
}

extension World {
    fileprivate func imports(_ policy: ImportPolicy) -> ImportService {
        ImportService(database: database, library: services.library, clock: clock, policy: policy)
    }

    /// Runs the imports until `file` is no longer being fetched.
    fileprivate func finish(_ imports: ImportService, _ file: AudioFile) async throws -> AudioFile {
        try await running(imports) {
            for try await _ in services.events.subscribe(FeedRequest(owner: file.owner, subject: file.id.text)) {
                if try await services.library.get(file.owner, file.id).status != .processing { break }
            }
        }
        return try await services.library.get(file.owner, file.id)
    }
}

/// Opened once; whoever waits goes on then.
private final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}
