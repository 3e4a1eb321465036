import Foundation
import ScriberrCore
import ScriberrEngines
import ScriberrServices
import Testing

struct SpeechRunTests {
    private func piece(_ index: Int, _ text: String) -> SpeechPiece {
        let start = Double(index) * 25
        let words = text.split(separator: " ").enumerated().map { number, word in
            Word(start: start + Double(number), end: start + Double(number) + 0.8, word: String(word))
        }
        return SpeechPiece(index: index, start: start, end: start + 20, resumeAt: start + 25, text: text, words: words)
    }

    private func run(
        _ provider: ScriptedProvider,
        options: TranscriptionOptions = TranscriptionOptions(),
        sink: RememberingSink = RememberingSink()
    ) async throws -> SpeechRun.Result {
        let engines = try ProviderRegistry([provider])
        return try await SpeechRun(audioPath: "/recording", options: options, audioSeconds: 100, engines: engines).run(sink)
    }

    @Test func `the stages come in order and progress never goes back`() async throws {
        let sink = RememberingSink()
        let provider = ScriptedProvider(pieces: [piece(0, "one two"), piece(1, "three"), piece(2, "four"), piece(3, "five")])
        let result = try await run(provider, options: TranscriptionOptions(diarization: true), sink: sink)
        #expect(await sink.stages == [.preparing, .loadingModel, .transcribing, .diarizing, .merging])
        let progress = await sink.progress
        #expect(progress == progress.sorted())
        #expect(progress.first == 0.05 && progress.last == 0.85)
        #expect(result.transcript.text == "one two three four five")
        #expect(result.transcript.engine.provider == "local")
        #expect(result.transcript.engine.transcriptionModel == "whisper-base")
    }

    @Test func `work goes on behind the pieces an earlier attempt kept`() async throws {
        let all = [piece(0, "one"), piece(1, "two"), piece(2, "three")]
        let engines = try ProviderRegistry([ScriptedProvider()])
        let whole = SpeechRun(audioPath: "/recording", options: TranscriptionOptions(), audioSeconds: 100, engines: engines)
        let fingerprint = whole.fingerprint(ChosenModel(provider: ScriptedProvider(), model: "whisper-base"))
        let provider = ScriptedProvider(pieces: all)
        let result = try await run(provider, sink: RememberingSink(kept: [fingerprint: Array(all.prefix(2))]))
        #expect(provider.requests.map(\.finishedPieces) == [2])
        #expect(provider.requests.map(\.resumeAt) == [50])
        #expect(result.transcript.text == "one two three")
    }

    @Test func `pieces of other options are not taken for ours`() throws {
        let engines = try ProviderRegistry([ScriptedProvider()])
        let choice = ChosenModel(provider: ScriptedProvider(), model: "whisper-base")
        let variants = [
            TranscriptionOptions(), TranscriptionOptions(language: "de"), TranscriptionOptions(task: .translate),
            TranscriptionOptions(hotwords: ["Scriberr"]), TranscriptionOptions(start: 5), TranscriptionOptions(end: 5),
        ]
        let prints = variants.map {
            SpeechRun(audioPath: "/r", options: $0, audioSeconds: nil, engines: engines).fingerprint(choice)
        }
        #expect(Set(prints).count == variants.count)
    }

    @Test func `speakers that cannot be told apart leave the text and a warning`() async throws {
        let provider = ScriptedProvider(
            pieces: [piece(0, "hello there")],
            turns: .failure(ScriberrError(.engineCrashed, "The speech engine ended unexpectedly."))
        )
        let result = try await run(provider, options: TranscriptionOptions(diarization: true))
        #expect(result.transcript.text == "hello there")
        #expect(result.transcript.engine.diarizationModel == nil)
        #expect(result.transcript.words.allSatisfy { $0.speaker == nil })
        #expect(result.warnings.map(\.code) == ["DIARIZATION_FAILED"])
    }

    @Test func `speakers are named in the order in which they speak`() async throws {
        let provider = ScriptedProvider(
            pieces: [piece(0, "hello there"), piece(1, "good morning")],
            turns: .success([SpeakerTurn(start: 0, end: 5, speaker: "7"), SpeakerTurn(start: 25, end: 30, speaker: "3")])
        )
        let result = try await run(provider, options: TranscriptionOptions(diarization: true))
        #expect(result.transcript.words.map(\.speaker) == ["SPEAKER_00", "SPEAKER_00", "SPEAKER_01", "SPEAKER_01"])
        #expect(result.transcript.engine.diarizationModel == "diarization-default")
    }

    @Test func `what a job asks of engine and speakers reaches the engine`() async throws {
        let provider = ScriptedProvider(pieces: [piece(0, "hello there")])
        var options = TranscriptionOptions(language: "de", diarization: true, hotwords: ["Scriberr"], start: 1, end: 90)
        (options.minSpeakers, options.maxSpeakers, options.device) = (2, 4, "cpu")
        _ = try await run(provider, options: options)
        let heard = try #require(provider.requests.first)
        #expect(heard.language == "de" && heard.hotwords == ["Scriberr"] && heard.device == "cpu")
        #expect(heard.start == 1 && heard.end == 90)
        let told = try #require(provider.speakerRequests.first)
        #expect(told.minSpeakers == 2 && told.maxSpeakers == 4 && told.speakers == nil && told.device == "cpu")
    }

    @Test func `silence completes with empty text and a warning`() async throws {
        let result = try await run(ScriptedProvider())
        #expect(result.transcript.text.isEmpty)
        #expect(result.transcript.words.isEmpty && result.transcript.segments.isEmpty)
        #expect(result.warnings.map(\.code) == ["NO_SPEECH"])
    }

    @Test func `a recording that is damaged or ends early gives what could be read, and a warning`() async throws {
        let result = try await run(ScriptedProvider(pieces: [piece(0, "hello there")], isTruncated: true))
        #expect(result.transcript.text == "hello there")
        #expect(result.warnings.map(\.code) == ["MEDIA_TRUNCATED"])
    }

    @Test func `a text without any time lies in the part that was asked for`() async throws {
        let provider = ScriptedProvider(pieces: [SpeechPiece(index: 0, start: 0, end: 0, resumeAt: 0, text: "hello", words: [])])
        let result = try await run(provider)
        #expect(result.transcript.segments == [Segment(id: "seg_000001", start: 0, end: 100, text: "hello")])
        #expect(result.transcript.words.isEmpty)
    }

    @Test func `without the default model a job that named none runs offline and says so`() async throws {
        let provider = ScriptedProvider(pieces: [piece(0, "hello")], installed: ["pocketsphinx-en-us"])
        let result = try await run(provider)
        #expect(result.transcript.engine.transcriptionModel == "pocketsphinx-en-us")
        #expect(result.warnings.map(\.code) == ["OFFLINE_FALLBACK"])
    }

    @Test(arguments: [
        TranscriptionOptions(model: "whisper-base"), TranscriptionOptions(language: "de"), TranscriptionOptions(task: .translate),
    ])
    func `a model asked for by name, another language or a translation is never left to the offline model`(
        options: TranscriptionOptions
    ) async throws {
        let provider = ScriptedProvider(installed: ["pocketsphinx-en-us"])
        let error = await #expect(throws: ScriberrError.self) { try await run(provider, options: options) }
        #expect(error?.code == .modelUnavailable)
    }

    @Test func `an engine's failure is thrown on with what was finished kept`() async throws {
        let sink = RememberingSink()
        let provider = ScriptedProvider(pieces: [piece(0, "one")], failure: ScriberrError(.engineCrashed, "It crashed."))
        let error = await #expect(throws: ScriberrError.self) { try await run(provider, sink: sink) }
        #expect(error?.code == .engineCrashed)
        #expect(await sink.kept.values.flatMap(\.self).count == 1)
    }

    @Test func `a run that is told to stop while speakers are told apart ends without a result`() async throws {
        let provider = ScriptedProvider(pieces: [piece(0, "one")])
        await #expect(throws: CancellationError.self) {
            try await run(provider, options: TranscriptionOptions(diarization: true), sink: RememberingSink(refusing: [.merging]))
        }
    }

    @Test func `speakers for whom there is no time left cost their names, not the text`() async throws {
        let sink = RememberingSink(refusing: [.diarizing, .merging], isOutOfTime: true)
        let result = try await run(
            ScriptedProvider(pieces: [piece(0, "one")]),
            options: TranscriptionOptions(diarization: true),
            sink: sink
        )
        #expect(result.transcript.text == "one")
        #expect(result.warnings.map(\.code) == ["DIARIZATION_FAILED"])
        #expect(result.warnings.first?.message.contains("ENGINE_TIMEOUT") == true)
    }
}
