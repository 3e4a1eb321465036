import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

@Suite struct `Models of sherpa-onnx in the engine host` {
    @Test(arguments: FixtureModels.all) func `every layout writes down what is said, and when`(model: ModelFiles) async throws {
        let events = try await HostProcess.run { host, _ in try await host.perform(order(FixtureSentences.path, model: model)) }
        let sentences = try FixtureSentences.load()
        #expect(events.failureCode == nil)
        #expect(events.text == sentences.flatMap(\.words).joined(separator: " "))
        let words = events.pieces.flatMap(\.words)
        try #require(words.map(\.word) == sentences.flatMap(\.words))
        var rest = words[...]
        for sentence in sentences {
            let own = rest.prefix(sentence.words.count)
            rest = rest.dropFirst(own.count)
            #expect(own.allSatisfy { $0.start > sentence.start - 0.35 && $0.end < sentence.end + 0.65 }, "\(own)")
        }
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.start <= $0.end && $0.end <= $1.start })
        let hasConfidence = model.family == .nemoTransducer
        #expect(words.allSatisfy { ($0.confidence != nil) == hasConfidence })
        #expect(events.pieces.allSatisfy { $0.language == (model.family == .whisper ? "en" : nil) })
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

    @Test(arguments: [FixtureModels.nemoCTC, FixtureModels.nemoTDT, FixtureModels.whisper])
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

    @Test func `hotwords are taken by transducers`() async throws {
        let events = try await HostProcess.run { host, _ in
            try await host.perform(
                order(FixtureSentences.path, model: FixtureModels.nemoTDT) { $0.hotwords = ["red door", "monday"] }
            )
        }
        #expect(events.pieces.first?.text == "he will open the red door on monday")
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
}

@Suite struct `Damaged models in the engine host` {
    /// What is done to a copy of a model, and what must come of it.
    struct Damage: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var model: ModelFiles
        var role: String
        var code: String
        var change: @Sendable (Data) -> Data?
    }

    static let damages: [Damage] =
        [FixtureModels.nemoCTC, FixtureModels.zipformerCTC, FixtureModels.nemoTDT, FixtureModels.whisper]
        .flatMap { model in
            model.files.keys.sorted().flatMap { role in
                [
                    Damage(
                        testDescription: "\(model.id) without its \(role)",
                        model: model,
                        role: role,
                        code: "MODEL_UNAVAILABLE"
                    ) { _ in nil },
                    Damage(testDescription: "\(model.id) with an empty \(role)", model: model, role: role, code: "MODEL_CORRUPT")
                    {
                        _ in Data()
                    },
                    Damage(
                        testDescription: "\(model.id) with half of its \(role)",
                        model: model,
                        role: role,
                        code: "MODEL_CORRUPT"
                    ) {
                        $0.prefix($0.count / 2)
                    },
                    Damage(
                        testDescription: "\(model.id) with garbage as \(role)",
                        model: model,
                        role: role,
                        code: "MODEL_CORRUPT"
                    ) {
                        Data($0.map { $0 ^ 0xa5 })
                    },
                ]
            }
        } + [
            Damage(testDescription: "tokens without a blank", model: FixtureModels.nemoCTC, role: "tokens", code: "MODEL_CORRUPT")
            {
                Data(String(decoding: $0, as: UTF8.self).replacing("<blk>", with: "<oops>").utf8)
            },
            Damage(testDescription: "tokens without numbers", model: FixtureModels.nemoTDT, role: "tokens", code: "MODEL_CORRUPT")
            {
                Data(String(decoding: $0, as: UTF8.self).replacing(/[ \t][0-9]+\n/, with: "\n").utf8)
            },
            Damage(testDescription: "other metadata", model: FixtureModels.nemoCTC, role: "model", code: "MODEL_CORRUPT") {
                replaced($0, "subsampling_factor", "subsampling_banana")
            },
            Damage(
                testDescription: "Whisper's other metadata",
                model: FixtureModels.whisper,
                role: "encoder",
                code: "MODEL_CORRUPT"
            ) {
                replaced($0, "n_text_layer", "n_test_layer")
            },
            Damage(
                testDescription: "the transducer's other metadata",
                model: FixtureModels.nemoTDT,
                role: "encoder",
                code: "MODEL_CORRUPT"
            ) {
                replaced($0, "pred_hidden", "pred_hidded")
            },
        ]

    @Test(arguments: damages) func `are refused with a code, and the host lives on`(damage: Damage) async throws {
        try await withTemporaryFolder { folder in
            var model = damage.model
            let good = try Data(contentsOf: URL(fileURLWithPath: try #require(model.files[damage.role])))
            model.files[damage.role] = folder + "/damaged"
            if let data = damage.change(good) { try data.write(to: URL(fileURLWithPath: folder + "/damaged")) }
            try await HostProcess.run { host, _ in
                let events = try await host.perform(order(FixtureSentences.path, model: model) { $0.end = 3 })
                #expect(events.failureCode == damage.code)
                #expect(events.failureMessage?.contains(folder) == false)
                let after = try await host.perform(order(FixtureSentences.path, model: damage.model) { $0.end = 3 })
                #expect(after.text == "he will open the red door on monday")
            }
        }
    }

    @Test func `a model of another family is refused`() async throws {
        var wrong = FixtureModels.zipformerCTC
        wrong.family = .nemoCTC
        try await HostProcess.run { host, _ in
            let events = try await host.perform(order(FixtureSentences.path, model: wrong))
            #expect(events.failureCode == "MODEL_CORRUPT")
        }
    }
}

/// The data with one piece of text replaced by another of the same length.
private func replaced(_ data: Data, _ old: String, _ new: String) -> Data {
    var data = data
    if let range = data.range(of: Data(old.utf8)) { data.replaceSubrange(range, with: new.utf8) }
    return data
}
