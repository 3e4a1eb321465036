import Foundation
import Logging
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestServer
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrEngines

@Suite(.serialized, .timeLimit(.minutes(15)))
struct ModelStoreTests {
    private let tag = ("etag", "\"v1\"")

    @Test func `a model is fetched, checked, unpacked and recorded`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { request, _, answer in
            #expect(request.path == "/tag/small.tar.bz2")
            try await answer.whole(archive)
        } _: { world in
            let progress = Mutex<[PreparationProgress]>([])
            let files = try await world.store.obtain(StoreWorld.model) { event in progress.withLock { $0.append(event) } }
            let encoder = try #require(files.files["encoder"])
            #expect(FileManager.default.contents(atPath: encoder) == Data(StoreWorld.encoder))
            #expect(progress.withLock { $0.last } == .downloading(received: Int64(archive.count), total: Int64(archive.count)))
            let leftovers = try world.leftovers()
            #expect(leftovers == [StoreWorld.model])
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(world.cache)/\(StoreWorld.model)").sorted()
            #expect(names == ["encoder.onnx", "installed.json", "tokens.txt"], "only what the catalogue names")
        }
    }

    @Test func `a cut download goes on where it stopped`() async throws {
        let archive = try await smallArchive()
        let half = archive.count / 2
        try await withStore(archive: archive) { request, number, answer in
            if number == 1 {
                try await answer.head("200 OK", [tag, ("content-length", "\(archive.count)")])
                try await answer.send(archive[..<half])
            } else {
                // A client may lose the last bytes before a cut, but not all of them.
                #expect((1...half).contains(request.rangeStart))
                #expect(request.headers["if-range"] == "\"v1\"")
                try await answer.rest(of: archive, request, tag)
            }
        } _: { world in
            _ = try await world.store.pull(StoreWorld.model)
            #expect(world.log.all.count == 2)
        }
    }

    @Test func `another version on the server means starting over`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { _, number, answer in
            if number == 1 {
                try await answer.head("200 OK", [tag, ("content-length", "\(archive.count)")])
                try await answer.send(archive[..<1_000])
            } else {
                // If-Range did not match: the whole new file.
                try await answer.whole(archive, [("etag", "\"v2\"")])
            }
        } _: { world in
            _ = try await world.store.pull(StoreWorld.model)
        }
    }

    @Test func `a connection that is always cut fails for now and keeps only what can be gone on with`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { _, _, answer in
            try await answer.head("200 OK", [tag, ("content-length", "\(archive.count)")])
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == .transient)
            #expect(world.log.all.count == 3)
            let leftovers = try world.leftovers()
            #expect(leftovers == [])
        }
    }

    @Test func `without a version name nothing is kept of a cut download`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { request, number, answer in
            #expect(request.headers["range"] == nil)
            if number < 3 {
                try await answer.head("200 OK", [("content-length", "\(archive.count)")])
                try await answer.send(archive[..<1_000])
            } else {
                try await answer.head("503 Service Unavailable", [("content-length", "0")])
            }
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == .transient)
            let leftovers = try world.leftovers()
            #expect(leftovers == [])
        }
    }

    @Test func `a server that falls silent is given up`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive, patience: .milliseconds(400)) { _, _, answer in
            try await answer.head("200 OK", [tag, ("content-length", "\(archive.count)")])
            try await answer.stall()
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == .transient)
        }
    }

    @Test func `a server that says nothing at all is given up`() async throws {
        let archive = try await smallArchive()
        // Time enough for each request to get to the server before it is given up.
        try await withStore(archive: archive, patience: .seconds(3)) { _, _, answer in
            try await answer.stall()
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.message == "The model server does not answer.")
            // Fewer times than one that has answered before, which may be about to come back.
            #expect(world.log.all.count == 2)
        }
    }

    @Test func `that a model is fetched is said before its server answers`() async throws {
        try await withStore(archive: try await smallArchive(), patience: .milliseconds(400)) { _, _, answer in
            try await answer.stall()
        } _: { world in
            let told = Mutex<[PreparationProgress]>([])
            _ = try? await world.store.pull(StoreWorld.model) { event in told.withLock { $0.append(event) } }
            #expect(
                told.withLock { $0 }.contains { event in
                    if case .downloading(0, _) = event { true } else { false }
                }
            )
        }
    }

    @Test func `a wrong hash is refused for good and leaves nothing`() async throws {
        let archive = try await smallArchive()
        var other = archive
        other[other.count / 2] ^= 1
        try await withStore(archive: archive) { [other] _, _, answer in
            try await answer.whole(other, [tag])
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == .permanent)
            #expect(error?.message.contains("checksum") == true)
            let leftovers = try world.leftovers()
            #expect(leftovers == [])
        }
    }

    @Test func `a wrong length is refused before the bytes come`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive, size: 12_345_678) { _, _, answer in
            try await answer.whole(archive)
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == .permanent)
            #expect(world.log.all.count == 1)
        }
    }

    @Test func `a stream longer than the file is stopped`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { _, _, answer in
            try await answer.head("200 OK", [("transfer-encoding", "chunked")])
            let block = [UInt8](repeating: 1, count: 65_536)
            while true { try await answer.send(Array("10000\r\n".utf8) + block + Array("\r\n".utf8)) }
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == .permanent)
            let leftovers = try world.leftovers()
            #expect(leftovers == [])
        }
    }

    @Test(arguments: [
        ("404 Not Found", ScriberrError.Disposition.permanent), ("500 Oops", .transient), ("429 Slow Down", .transient),
    ])
    func `a refusal is permanent, an overload is not`(status: String, disposition: ScriberrError.Disposition) async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { _, _, answer in
            try await answer.whole([], status: status)
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == disposition)
            #expect(world.log.all.count == (disposition == .permanent ? 1 : 3))
        }
    }

    @Test func `names in an archive lead nowhere`() async throws {
        var evil = TestArchive()
        evil.add("../tokens.txt", Array("evil".utf8))
        evil.add("/tokens.txt", [], kind: "2", link: "/etc/passwd")
        evil.add("small/../../encoder.onnx", Array("evil".utf8))
        evil.add("small/deep/encoder.onnx", Array("evil".utf8))
        evil.add("small/encoder.onnx", [], kind: "1", link: "/etc/passwd")
        evil.add("small/tokens.txt", StoreWorld.tokens)
        let archive = try await TestArchive.compressed(evil.finished)
        try await withStore(archive: archive) { _, _, answer in
            try await answer.whole(archive)
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.detail?.contains("encoder.onnx") == true)
            let leftovers = try world.leftovers()
            #expect(leftovers == [])
            let outside = try FileManager.default.contentsOfDirectory(atPath: world.folder)
            #expect(outside == ["models"])
        }
    }

    @Test func `something that is no archive is refused`() async throws {
        let noise = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await withStore(archive: noise) { _, _, answer in
            try await answer.whole(noise)
        } _: { world in
            let error = await world.pullError()
            #expect(error?.code == .downloadFailed && error?.disposition == .permanent)
        }
    }

    @Test func `a disk without room is told before anything is fetched`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive, freeBytes: 1_000) { _, _, _ in
        } _: { world in
            #expect(await world.pullError()?.code == .storageFull)
            #expect(world.log.all.isEmpty)
        }
    }

    @Test func `a disk that fills up on the way has the same code`() throws {
        #expect {
            var sink = try FileSink("/dev/full", appending: true)
            try [UInt8](repeating: 0, count: 10).withUnsafeBytes { try sink.write($0) }
        } throws: {
            ($0 as? ScriberrError)?.code == .storageFull
        }
    }

    @Test func `with downloads switched off a job fails but a pull works`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive, autoDownload: false) { _, _, answer in
            try await answer.whole(archive)
        } _: { world in
            await #expect {
                _ = try await world.store.obtain(StoreWorld.model)
            } throws: {
                ($0 as? ScriberrError)?.code == .modelUnavailable
            }
            #expect(await world.store.canObtain(StoreWorld.model) == false)
            #expect(world.log.all.isEmpty)
            _ = try await world.store.pull(StoreWorld.model)
            _ = try await world.store.obtain(StoreWorld.model)
            #expect(world.log.all.count == 1)
        }
    }

    @Test func `two who want the same model fetch it once`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { _, _, answer in
            try await answer.whole(archive)
        } _: { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { _ = try await world.store.obtain(StoreWorld.model) } }
                try await group.waitForAll()
            }
            #expect(world.log.all.count == 1)
        }
    }

    @Test func `who waits for the download of another is told so again and again`() async throws {
        let archive = try await smallArchive()
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (waited, wait) = AsyncStream.makeStream(of: Void.self)
        try await withStore(archive: archive) { _, _, answer in
            ask.yield()
            for await _ in waited { break }
            try await answer.whole(archive)
        } _: { world in
            async let first = world.store.obtain(StoreWorld.model)
            for await _ in asked { break }
            let count = Mutex(0)
            _ = try await world.store.obtain(StoreWorld.model) { event in
                guard event == .waiting else { return }
                let isEnough = count.withLock { count in
                    count += 1
                    return count == 2
                }
                if isEnough { wait.yield() }
            }
            _ = try await first
            #expect(count.withLock { $0 } >= 2 && world.log.all.count == 1)
        }
    }

    @Test func `a canceled download stops, and the next one goes on`() async throws {
        let archive = try await smallArchive()
        let (signal, halfway) = AsyncStream.makeStream(of: Void.self)
        try await withStore(archive: archive) { request, number, answer in
            if number == 1 {
                try await answer.head("200 OK", [tag, ("content-length", "\(archive.count)")])
                try await answer.send(archive[..<2_000])
                try await answer.stall()
            } else {
                #expect((1...2_000).contains(request.rangeStart))
                try await answer.rest(of: archive, request, tag)
            }
        } _: { world in
            let pull = Task {
                try await world.store.pull(StoreWorld.model) { progress in
                    // The first word of it comes before the first byte.
                    if case .downloading(let received, _) = progress, received > 0 { halfway.yield() }
                }
            }
            for await _ in signal { break }
            pull.cancel()
            await #expect(throws: CancellationError.self) { _ = try await pull.value }
            _ = try await world.store.pull(StoreWorld.model)
        }
    }

    @Test func `verifying finds a changed file, removing takes the model away`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { _, _, answer in
            try await answer.whole(archive)
        } _: { world in
            let files = try await world.store.pull(StoreWorld.model)
            let good = try await world.store.verify(StoreWorld.model)
            #expect(good.isGood && good.files.count == 2)
            try Data("other".utf8).write(to: URL(fileURLWithPath: files.files["tokens"] ?? ""))
            let bad = try await world.store.verify(StoreWorld.model)
            #expect(!bad.isGood && bad.files["tokens.txt"] == .changed && bad.files["encoder.onnx"] == .good)
            try await world.store.remove(StoreWorld.model)
            let leftovers = try world.leftovers()
            #expect(leftovers == [])
            await #expect {
                try await world.store.remove(StoreWorld.model)
            } throws: {
                ($0 as? ScriberrError)?.code == .notFound
            }
        }
    }

    @Test func `whether a model can be had is asked once and remembered`() async throws {
        let archive = try await smallArchive()
        try await withStore(archive: archive) { request, _, answer in
            #expect(request.method == "HEAD")
            try await answer.head("200 OK", [("content-length", "\(archive.count)")])
        } _: { world in
            #expect(await world.store.canObtain(StoreWorld.model))
            #expect(await world.store.canObtain(StoreWorld.model))
            #expect(await world.store.canObtain("nothing") == false)
            #expect(world.log.all.count == 1)
        }
    }

    @Test func `a server that cannot be reached is told at once, and the next job does not ask it`() async throws {
        try await withTemporaryFolder { folder in
            let settings = EngineSettings(
                cacheFolder: folder + "/models",
                nativeFolder: "",
                hostPath: "",
                // Nobody listens at this port.
                mirrorBaseURL: "http://someone:a-password@127.0.0.1:1"
            )
            var limits = DownloadLimits()
            // Whoever waits for an answer waits longer than this test may last.
            (limits.answer, limits.stall, limits.pause) = (.seconds(300), .seconds(300), .zero)
            let store = ModelStore(settings: settings, limits: limits, logger: Logger(label: "test"))
            let model = ModelCatalogue.defaultDiarizationModel
            let first = await #expect(throws: ScriberrError.self) { _ = try await store.obtain(model) }
            #expect(first?.code == .downloadFailed && first?.message.contains("connection failed") == true)
            #expect(first?.detail?.contains("http://127.0.0.1:1/") == true && first?.detail?.contains("a-password") == false)
            let second = await #expect(throws: ScriberrError.self) { _ = try await store.obtain(model) }
            #expect(second?.code == .downloadFailed && second?.message.contains("a moment ago") == true)
            // Whoever asks for it by hand means now.
            let pull = await #expect(throws: ScriberrError.self) { _ = try await store.pull(model) }
            #expect(pull?.message == first?.message)
        }
    }

    @Test func `a job does not wait again for a server that was silent`() async throws {
        try await withStore(archive: [1], patience: .seconds(2), sha256: .some(nil)) { _, _, answer in
            try await answer.stall()
        } _: { world in
            await #expect(throws: ScriberrError.self) { _ = try await world.store.obtain(StoreWorld.model) }
            let asked = world.log.all.count
            #expect(asked > 0)
            await #expect(throws: ScriberrError.self) { _ = try await world.store.obtain(StoreWorld.model) }
            #expect(world.log.all.count == asked)
            #expect(await world.pullError()?.code == .downloadFailed)
            #expect(await eventually { world.log.all.count > asked })
        }
    }

    @Test func `a server that is not there makes a model one that cannot be had`() async throws {
        try await withStore(archive: [1], patience: .milliseconds(400), sha256: .some(nil)) { _, _, answer in
            try await answer.stall()
        } _: { world in
            #expect(await world.store.canObtain(StoreWorld.model) == false)
        }
    }
}

extension TestServer.Request {
    /// Where the part starts that is asked for; 0 for the whole.
    fileprivate var rangeStart: Int { headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0 }
}

extension TestServer.Answer {
    /// The part that was asked for.
    fileprivate func rest(of bytes: [UInt8], _ request: TestServer.Request, _ tag: (String, String)) async throws {
        let range = "bytes \(request.rangeStart)-\(bytes.count - 1)/\(bytes.count)"
        try await whole(Array(bytes[request.rangeStart...]), [tag, ("content-range", range)], status: "206 Partial Content")
    }
}
