import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

@testable import scriberr_engine

@Suite struct `Models of sherpa-onnx in the engine host` {
    @Test(arguments: FixtureModels.all) func `every layout writes down what is said, and when`(model: ModelFiles) async throws {
        let events = try await HostProcess.run { host, _ in try await host.perform(order(FixtureSentences.path, model: model)) }
        let sentences = try FixtureSentences.load()
        #expect(events.failureCode == nil)
        let stop = model.punctuates ? "." : ""
        #expect(events.text == FixtureSentences.pieces(sentences).map { $0.joined(separator: " ") + stop }.joined(separator: " "))
        let words = events.pieces.flatMap(\.words)
        try #require(words.map { $0.word.filter { $0 != "." } } == sentences.flatMap(\.words))
        var rest = words[...]
        for sentence in sentences {
            let own = rest.prefix(sentence.words.count)
            rest = rest.dropFirst(own.count)
            #expect(own.allSatisfy { $0.start > sentence.start - 0.35 && $0.end < sentence.end + 0.65 }, "\(own)")
        }
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.start <= $0.end && $0.end <= $1.start })
        #expect(events.pieces.allSatisfy { piece in piece.words.allSatisfy { piece.start <= $0.start && $0.end <= piece.end } })
        #expect(words.allSatisfy { ($0.confidence != nil) == model.tellsConfidence })
        #expect(events.pieces.allSatisfy { $0.language == (model.tellsLanguage ? "en" : nil) })
        #expect(events.pieces.allSatisfy { $0.flags.isEmpty })
    }

    @Test func `stretches of speech with a short pause are one piece, with a long one two`() async throws {
        let pieces = try await HostProcess.run { host, _ in
            try await host.perform(order(FixtureSentences.path, model: FixtureModels.nemoCTC))
        }.pieces
        #expect(pieces.map(\.text.count) == [35, 53, 38, 27])
        #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.end <= $0.resumeAt && $0.resumeAt <= $1.start })
    }

    @Test(arguments: FixtureModels.all) func `a run that goes on behind any piece gives the same`(model: ModelFiles) async throws
    {
        try await HostProcess.run { host, _ in
            let whole = try await host.perform(order(FixtureSentences.path, model: model)).pieces
            try #require(whole.count == 4)
            for piece in whole {
                let rest = try await host.perform(
                    order(FixtureSentences.path, model: model) {
                        $0.firstPiece = piece.index + 1
                        $0.resumeAt = piece.resumeAt
                    }
                ).pieces
                #expect(rest == Array(whole[(piece.index + 1)...]))
            }
        }
    }

    @Test(arguments: FixtureModels.all)
    func `silence and noise are no words`(model: ModelFiles) async throws {
        try await withTemporaryFolder { folder in
            var generator = SystemRandomNumberGenerator()
            let noise = (0..<64_000).map { _ in Int16.random(in: -900...900, using: &generator) }
            try writeWave([Int16](repeating: 0, count: 32_000) + noise, to: folder + "/noise.wav")
            let events = try await HostProcess.run { host, _ in
                try await host.perform(order(folder + "/noise.wav", model: model))
            }
            #expect(events.report?.audioSeconds == 6)
            #expect(events.text.isEmpty)
        }
    }

    @Test func `speech without any pause is cut where it is quiet, and nothing is lost`() async throws {
        try await withTemporaryFolder { folder in
            let host = try HostProcess()
            _ = try await host.next()
            // Voiced all the time: a buzz of 120 Hz with a little life in it keeps the detector awake for 70 s.
            let voice = try readWave(Folders.samples + "/welcome.wav")[8_000..<40_000]
            try writeWave(Array(repeatElement(voice, count: 35).joined()), to: folder + "/long.wav")
            let events = try await host.perform(order(folder + "/long.wav", model: FixtureModels.whisper))
            let pieces = events.pieces
            #expect(pieces.count >= 3)
            #expect(pieces.allSatisfy { $0.end - $0.start <= 28 })
            #expect((events.report?.speechSeconds ?? 0) > 60)
            #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $1.start - $0.end < 1 })
        }
    }

    @Test func `only as many models stay loaded as are allowed`() async throws {
        func loads(_ events: [EngineEvent]) -> Bool { events.contains { if case .loading = $0 { true } else { false } } }
        func run(_ host: HostProcess, _ model: ModelFiles) async throws -> Bool {
            loads(try await host.perform(order(FixtureSentences.path, model: model) { $0.end = 3 }))
        }
        let models = [
            FixtureModels.nemoCTC, FixtureModels.nemoTDT, FixtureModels.nemoCTC, FixtureModels.whisper, FixtureModels.nemoCTC,
            FixtureModels.nemoTDT,
        ]
        let loaded = try await HostProcess.run(arguments: ["--max-loaded", "2"]) { host, _ in
            var loaded: [Bool] = []
            for model in models { loaded.append(try await run(host, model)) }
            return loaded
        }
        // When Whisper comes, the transducer was used longest ago and goes.
        #expect(loaded == [true, true, false, true, false, true])
    }

    @Test(arguments: [FixtureModels.nemoTDT, FixtureModels.zipformerTransducer])
    func `hotwords are taken by transducers`(model: ModelFiles) async throws {
        let events = try await HostProcess.run { host, _ in
            try await host.perform(order(FixtureSentences.path, model: model) { $0.hotwords = ["red door", "send"] })
        }
        // The search over several paths hears "mon monday" with one of the two.
        #expect(events.failureCode == nil)
        #expect(events.pieces.first?.text.hasPrefix("he will open the red door on mon") == true)
        #expect(events.pieces.count == 4 && events.pieces[2].text == "she will send the red report on friday")
    }

    @Test func `options that a family does not have are refused by name`() async throws {
        let refused: [(ModelFiles, String, (inout TranscribeOrder) -> Void)] = [
            (FixtureModels.whisper, "de", { $0.language = "xx" }),
            (FixtureModels.nemoCTC, "translate", { $0.task = .translate }),
            (FixtureModels.nemoCTC, "hotwords", { $0.hotwords = ["red"] }),
            (FixtureModels.whisper, "hotwords", { $0.hotwords = ["red"] }),
            (FixtureModels.nemoTDT, "hotwords", { $0.hotwords = ["red:9/x"] }),
        ]
        try await HostProcess.run { host, _ in
            for (model, _, change) in refused {
                let events = try await host.perform(order(FixtureSentences.path, model: model, change))
                #expect(events.failureCode == "UNSUPPORTED_OPTION")
            }
            let cuda = try await host.perform(order(FixtureSentences.path, model: FixtureModels.nemoCTC) { $0.device = "cuda" })
            #expect(cuda.failureCode == "ENGINE_UNAVAILABLE")
            let english = try await host.perform(
                order(FixtureSentences.path, model: FixtureModels.whisper) { $0.language = "en" }
            )
            #expect(english.report != nil)
        }
    }

    @Test func `a conversation is heard from its first second to its last`() async throws {
        let path = Folders.root + "/Tests/Fixtures/audio/three-speakers.flac"
        try await HostProcess.run { host, _ in
            for model in [FixtureModels.moonshine, FixtureModels.whisper, FixtureModels.nemoCTC] {
                let events = try await host.perform(order(path, model: model))
                #expect(events.failureCode == nil)
                // 28.7 s are spoken, in turns of 4 to 5.5 s.
                #expect(abs((events.report?.speechSeconds ?? 0) - 29) < 2)
                #expect(events.pieces.first.map { $0.start < 0.6 } == true && events.pieces.last.map { $0.end > 32.5 } == true)
                #expect(events.pieces.flatMap(\.words).count > 60)
            }
        }
    }

    @Test func `a text that goes in circles in its halves too is kept and flagged`() async throws {
        let path = Folders.root + "/Tests/Fixtures/audio/three-speakers.flac"
        let pieces = try await HostProcess.run { host, _ in
            try await host.perform(order(path, model: FixtureModels.moonshineLooping)).pieces
        }
        let flagged = pieces.filter { $0.flags == ["REPEATED_TEXT"] }
        #expect(!flagged.isEmpty)
        #expect(pieces.allSatisfy { ($0.flags == ["REPEATED_TEXT"]) == Repetition.isLoop($0.text) })
        for piece in pieces {
            #expect(zip(piece.words, piece.words.dropFirst()).allSatisfy { $0.start <= $0.end && $0.end <= $1.start })
            #expect(piece.words.allSatisfy { piece.start <= $0.start && $0.end <= piece.end })
        }
    }

    @Test func `a text that goes round in circles is heard again in two halves`() async throws {
        // Its decoder goes on for ever with any text of more than twelve tokens: the second piece alone has eleven words.
        let (looping, good) = try await HostProcess.run { host, _ in
            let bad = try await host.perform(order(FixtureSentences.path, model: FixtureModels.moonshineLooping))
            return (bad, try await host.perform(order(FixtureSentences.path, model: FixtureModels.moonshine)))
        }
        #expect(looping.text == good.text)
        #expect(looping.pieces.allSatisfy { $0.flags.isEmpty })
    }

    @Test func `SenseVoice is told the language, and its tags are not text`() async throws {
        let languages = try await HostProcess.run { host, _ in
            var found: [String?] = []
            for language in [nil, "en", "zh", "yue"] {
                let events = try await host.perform(
                    order(FixtureSentences.path, model: FixtureModels.senseVoice) {
                        $0.language = language
                        $0.end = 3
                    }
                )
                #expect(events.text == "he will open the red door on monday.")
                found.append(events.pieces.first?.language)
            }
            return found
        }
        #expect(languages == ["en", "en", "zh", "yue"])
    }

    @Test func `Canary is told both languages, without being loaded anew`() async throws {
        // The fixture cannot translate: it names the language that it is asked for, and goes on in the other one.
        let asked: [(String?, SpeechTask, String)] = [
            (nil, .transcribe, ""), ("de", .transcribe, ""), ("de", .translate, "english "), ("en", .translate, ""),
            ("fr", .translate, "english "), ("es", .transcribe, ""),
        ]
        try await HostProcess.run { host, _ in
            for (number, (language, task, name)) in asked.enumerated() {
                let events = try await host.perform(
                    order(FixtureSentences.path, model: FixtureModels.canary) {
                        $0.language = language
                        $0.task = task
                        $0.end = 3
                    }
                )
                #expect(events.text == name + "he will open the red door on monday.")
                let isLoaded = events.contains { if case .loading = $0 { true } else { false } }
                #expect(isLoaded == (number == 0))
            }
            let refused = try await host.perform(order(FixtureSentences.path, model: FixtureModels.canary) { $0.language = "it" })
            #expect(refused.failureCode == "UNSUPPORTED_OPTION")
        }
    }

    @Test(arguments: [FixtureModels.nemoTDT, FixtureModels.zipformerTransducer])
    func `confidence is low where another word was nearly as likely`(model: ModelFiles) async throws {
        let words = try await HostProcess.run { host, _ in
            try await host.perform(order(FixtureSentences.path, model: model)).pieces.flatMap(\.words)
        }
        let values = words.compactMap(\.confidence)
        #expect(values.count == words.count && values.allSatisfy { 0 < $0 && $0 <= 1 })
        #expect((values.max() ?? 0) > 0.99 && (values.min() ?? 1) < 0.9)
    }
}
