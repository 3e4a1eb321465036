import Foundation
import Logging
import ScriberrCore
import ScriberrTestServer
import ScriberrTestSupport
import Synchronization
import Testing

@testable import ScriberrEngines

@Suite(.serialized, .timeLimit(.minutes(15)))
struct RemoteProviderTests {
    private static let answer = """
        {"task": "transcribe", "language": "english", "duration": 3.5, "text": " Hello world. ",
         "words": [{"word": " Hello", "start": 0.1, "end": 0.5}, {"word": "world.", "start": 0.6, "end": 0.4}],
         "segments": [{"id": 0, "seek": 0, "start": 0.0, "end": 3.5, "text": " Hello world.", "avg_logprob": -0.2}]}
        """

    private struct World: Sendable {
        let provider: RemoteProvider
        let audioPath: String
        let log: RequestLog

        func request(_ change: (inout TranscriptionRequest) -> Void = { _ in }) -> TranscriptionRequest {
            var request = TranscriptionRequest(audioPath: audioPath, model: "remote/whisper-1")
            change(&request)
            return request
        }

        func error(_ request: TranscriptionRequest) async -> ScriberrError? {
            do {
                _ = try await provider.transcribe(request) { _ in }
                return nil
            } catch {
                return error as? ScriberrError
            }
        }
    }

    private func withRemote(
        timeout: Duration = .seconds(50),
        beat: Duration = .seconds(5),
        _ answer: @escaping @Sendable (TestServer.Request, TestServer.Answer) async throws -> Void,
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        let log = RequestLog()
        try await withTemporaryFolder { folder in
            let audioPath = "\(folder)/Private Meeting.MP3"
            try Data([UInt8](repeating: 9, count: 700_000)).write(to: URL(fileURLWithPath: audioPath))
            try await TestServer.serving { request, connection in
                _ = log.add(request)
                try await answer(request, connection)
            } _: { server in
                let settings = RemoteSettings(
                    baseURL: server.baseURL + "/v1/",
                    apiKey: "sk-secret",
                    models: ["whisper-1"],
                    timeout: timeout
                )
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let provider = RemoteProvider(settings: settings, logger: logger, beat: beat)
                let result = await Task { try await body(World(provider: provider, audioPath: audioPath, log: log)) }.result
                await provider.close()
                try result.get()
            }
        }
    }

    @Test func `a recording is sent whole and its words come back`() async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(Self.answer.utf8))
        } _: { world in
            let heard = Heard()
            let report = try await world.provider.transcribe(world.request { $0.language = "en" }) { heard.add($0) }
            #expect(heard.pieces.count == 1)
            let piece = heard.pieces[0]
            #expect(piece.text == "Hello world." && piece.language == "en" && piece.end == 3.5)
            #expect(piece.words.map(\.word) == ["Hello", "world."])
            #expect(piece.words.allSatisfy { $0.start <= $0.end })
            #expect(piece.segments.map(\.text) == ["Hello world."])
            #expect(report.audioSeconds == 3.5)
        }
    }

    @Test func `the request is as OpenAI wants it, and the file's name stays here`() async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(Self.answer.utf8))
        } _: { world in
            _ = try await world.provider.transcribe(
                world.request {
                    $0.language = "de"
                    $0.hotwords = ["Scriberr", "Zürich"]
                }
            ) { _ in }
            let request = world.log.all[0]
            #expect(request.method == "POST" && request.path == "/v1/audio/transcriptions")
            #expect(request.headers["authorization"] == "Bearer sk-secret")
            let text = String(decoding: request.body, as: UTF8.self)
            for part in [
                "name=\"model\"\r\n\r\nwhisper-1\r\n", "name=\"response_format\"\r\n\r\nverbose_json\r\n",
                "name=\"timestamp_granularities[]\"\r\n\r\nword\r\n", "name=\"language\"\r\n\r\nde\r\n",
                "name=\"prompt\"\r\n\r\nScriberr, Zürich\r\n", "filename=\"audio.mp3\"",
            ] {
                #expect(text.contains(part))
            }
            #expect(!text.contains("Private"))
            #expect(request.body.filter { $0 == 9 }.count == 700_000)
        }
    }

    @Test func `a translation goes to its own address`() async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(#"{"text":"Good day"}"#.utf8))
        } _: { world in
            let heard = Heard()
            _ = try await world.provider.transcribe(world.request { $0.task = .translate }) { heard.add($0) }
            #expect(world.log.all[0].path == "/v1/audio/translations")
            #expect(heard.pieces.first?.text == "Good day" && heard.pieces.first?.words == [])
        }
    }

    @Test(arguments: [
        ("400 Bad Request", ScriberrError.Disposition.permanent), ("401 Unauthorized", .permanent), ("404 Not Found", .permanent),
        ("413 Too Large", .permanent), ("429 Slow Down", .transient), ("503 Busy", .transient), ("302 Elsewhere", .permanent),
    ])
    func `a refusal has our words, and its own only in the log`(status: String, disposition: ScriberrError.Disposition)
        async throws
    {
        let text = "bad key sk-secret at /srv/models, api_key=hidden, Authorization: Bearer hidden"
        let body = Array(#"{"error":{"message":"\#(text)"}}"#.utf8)
        try await withRemote { _, answer in
            try await answer.whole(body, [("location", "http://127.0.0.1:1/")], status: status)
        } _: { world in
            let error = await world.error(world.request())
            #expect(error?.code == .remoteFailed && error?.disposition == disposition)
            #expect(error?.message.contains("/srv") == false)
            #expect(error?.detail?.contains("/srv/models") == true && error?.detail?.contains("sk-secret") == false)
            #expect(error?.detail?.contains("hidden") == false)
        }
    }

    @Test(arguments: ["<html>busy</html>", "[1, 2]", "", #"{"words": "none"}"#])
    func `an answer that is no transcript is a failure that quotes nothing`(body: String) async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(body.utf8))
        } _: { world in
            let error = await world.error(world.request())
            #expect(error?.code == .remoteFailed)
            #expect(error?.description.contains("busy") == false)
        }
    }

    @Test func `silence is a timeout and a cut is a failure`() async throws {
        for hasBegun in [false, true] {
            try await withRemote(timeout: .milliseconds(300)) { _, answer in
                if hasBegun { try await answer.head("200 OK", [("content-length", "1000")]) }
                try await answer.stall()
            } _: { world in
                #expect(await world.error(world.request())?.message.contains("too long") == true)
            }
        }
        try await withRemote { _, answer in
            try await answer.head("200 OK", [("content-length", "1000")])
        } _: { world in
            let error = await world.error(world.request())
            #expect(error?.code == .remoteFailed && error?.disposition == .transient)
        }
    }

    @Test func `a cancel ends the request`() async throws {
        let (signal, arrived) = AsyncStream.makeStream(of: Void.self)
        try await withRemote { _, answer in
            arrived.yield()
            try await answer.stall()
        } _: { world in
            let task = Task { try await world.provider.transcribe(world.request()) { _ in } }
            for await _ in signal { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func `what it cannot do is refused before anything is sent`() async throws {
        try await withRemote { _, answer in
            try await answer.whole([])
        } _: { world in
            #expect(await world.error(world.request { $0.start = 5 })?.field == "options.start")
            #expect(await world.error(world.request { $0.model = "remote/other" })?.code == .modelUnavailable)
            #expect(await world.error(world.request { $0.audioPath = "/nowhere/file.wav" })?.code == .mediaMissing)
            await #expect(throws: ScriberrError.self) {
                _ = try await world.provider.diarize(DiarizationRequest(audioPath: "", model: "")) { _ in }
            }
            #expect(world.log.all.isEmpty)
        }
    }

    @Test func `its models stand under its own name`() async throws {
        try await withRemote { _, answer in
            try await answer.whole([])
        } _: { world in
            let cards = try await world.provider.models()
            #expect(cards.map(\.id) == ["remote/whisper-1"] && cards[0].provider == "remote" && cards[0].installed)
        }
    }

    @Test func `work that takes its time is told of again and again until the answer comes`() async throws {
        let (signal, enough) = AsyncStream.makeStream(of: Void.self)
        try await withRemote(beat: .milliseconds(1)) { _, answer in
            for await _ in signal { break }
            try await answer.whole(Array(Self.answer.utf8))
        } _: { world in
            let heard = Heard()
            _ = try await world.provider.transcribe(world.request()) { event in
                heard.add(event)
                if heard.all.count(where: { $0 == .position(0) }) == 3 { enough.yield() }
            }
            #expect(heard.pieces.map(\.text) == ["Hello world."])
        }
    }

    @Test(arguments: [
        #"{"error": "failed to read WAV file for sk-secret"}"#,
        #"{"error": {"message": "failed to read WAV file for sk-secret"}}"#,
        #"{"detail": "failed to read WAV file for sk-secret"}"#,
    ])
    func `an error that is sent as a success is a failure that may pass`(body: String) async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(body.utf8))
        } _: { world in
            let error = await world.error(world.request())
            #expect(error?.code == .remoteFailed && error?.disposition == .transient)
            #expect(error?.detail?.contains("failed to read") == true && error?.detail?.contains("sk-secret") == false)
        }
    }

    @Test(arguments: ["{}", #"{"text": null}"#, #"{"words": []}"#])
    func `an answer without a text is no silence`(body: String) async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(body.utf8))
        } _: { world in
            let error = await world.error(world.request())
            #expect(error?.code == .remoteFailed && error?.disposition == .transient)
        }
    }

    @Test func `an empty text is silence`() async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(#"{"text": ""}"#.utf8))
        } _: { world in
            #expect(await world.error(world.request()) == nil)
        }
    }

    @Test func `what is odd in an answer costs nothing else of it`() async throws {
        let body = """
            {"text": "a b c d", "duration": "7.2", "language": 5,
             "words": [{"text": "a", "start": 0, "end": 1}, {"word": "b", "start": "1.5", "end": 2}, {"word": "c", "start": null},
                       {"word": "d", "start": 3, "end": 4}, {"word": 4}, "e", null],
             "segments": [{"start": null, "end": 2, "text": "a b"}, {"text": "c"}, {"start": -1, "end": 7, "text": "d"}, 7]}
            """
        try await withRemote { _, answer in
            try await answer.whole(Array(body.utf8))
        } _: { world in
            let heard = Heard()
            _ = try await world.provider.transcribe(world.request()) { heard.add($0) }
            let piece = try #require(heard.pieces.first)
            #expect(piece.text == "a b c d" && piece.end == 7.2 && piece.language == nil)
            #expect(piece.words.map(\.word) == ["a", "b", "c", "d"])
            #expect(piece.words.map(\.start) == [0, 1.5, 2, 3])
            #expect(piece.segments.map(\.text) == ["a b", "c", "d"])
            #expect(piece.segments.map(\.end) == [2, 2, 7])
        }
    }

    @Test func `words without any time are not put anywhere`() async throws {
        try await withRemote { _, answer in
            try await answer.whole(Array(#"{"text": "a b", "words": [{"word": "a"}, {"word": "b"}]}"#.utf8))
        } _: { world in
            let heard = Heard()
            _ = try await world.provider.transcribe(world.request()) { heard.add($0) }
            #expect(heard.pieces.map(\.text) == ["a b"] && heard.pieces.first?.words == [])
        }
    }
}
