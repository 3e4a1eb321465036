import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

@Suite struct `Damaged models in the engine host` {
    /// A file of a model.
    struct Place: CustomTestStringConvertible, Sendable {
        var model: ModelFiles
        var role: String
        var testDescription: String { "\(role) of \(model.testDescription)" }
        var path: String { model.files[role] ?? "" }
    }

    static let places = FixtureModels.all.filter { $0.id != "whisper" || $0.parameters.isEmpty }
        .flatMap { model in model.files.keys.sorted().map { Place(model: model, role: $0) } }

    @Test(arguments: places) func `a file that is missing, a folder, cut short or garbage is refused`(place: Place) async throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: place.path))
        let bad: [(String, String, Data?)] = [
            ("missing", "MODEL_UNAVAILABLE", nil),
            ("empty", "MODEL_CORRUPT", Data()),
            ("one byte", "MODEL_CORRUPT", good.prefix(1)),
            ("half", "MODEL_CORRUPT", good.prefix(good.count / 2)),
            ("almost whole", "MODEL_CORRUPT", good.prefix(good.count - 7)),
            ("garbage", "MODEL_CORRUPT", Data(good.map { $0 ^ 0xa5 })),
            ("a web page", "MODEL_CORRUPT", Data("<!DOCTYPE html><html><body>404 Not Found</body></html>".utf8)),
        ]
        try await withTemporaryFolder { folder in
            try await HostProcess.run { host, _ in
                // Moonshine's networks in the newer format do not say how many tokens they know.
                let endsUnseen = place.role == "tokens" && place.model.files["merged_decoder"] != nil
                for (name, code, data) in bad where !(endsUnseen && name == "almost whole") {
                    let path = folder + "/" + name
                    try data?.write(to: URL(fileURLWithPath: path))
                    let events = try await host.perform(orderWith(place, at: path))
                    #expect(events.failureCode == code, "\(name)")
                    #expect(events.failureMessage?.contains(folder) == false)
                }
                #expect(try await host.perform(orderWith(place, at: folder)).failureCode == "MODEL_UNAVAILABLE")
                let after = try await host.perform(orderWith(place, at: place.path))
                #expect(after.text.hasPrefix("he will open the red door on monday"))
            }
        }
    }

    /// Every file with metadata.
    static let described = places.filter { place in
        !ONNXFileMetadata.needed(place.model.family, place.role).isEmpty
    }

    @Test(arguments: described) func `metadata that is missing or no number is refused`(place: Place) async throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: place.path))
        try await withTemporaryFolder { folder in
            try await HostProcess.run { host, _ in
                for key in ONNXFileMetadata.needed(place.model.family, place.role) {
                    let changes = [("gone", ONNXFileMetadata.renamed(good, key))]
                    let spoiled = ONNXFileMetadata.isText(key) ? [] : [("spoiled", ONNXFileMetadata.spoiled(good, key))]
                    for (what, data) in changes + spoiled {
                        let path = folder + "/\(what)-\(key)"
                        try (try #require(data)).write(to: URL(fileURLWithPath: path))
                        let events = try await host.perform(orderWith(place, at: path))
                        #expect(events.failureCode == "MODEL_CORRUPT", "\(what) \(key)")
                    }
                }
            }
        }
    }

    @Test(arguments: places.filter { $0.role == "tokens" }) func `a list of tokens that does not fit is refused`(
        place: Place
    ) async throws {
        let lines = try String(contentsOfFile: place.path, encoding: .utf8).split(separator: "\n").map(String.init)
        var bad = [
            ("no numbers", lines.map { $0.split(separator: " ").first.map(String.init) ?? "" }),
            ("a number twice", lines + [lines[0]]),
            ("a number left out", Array(lines.dropFirst(3).dropLast(2)) + [lines[lines.count - 1]]),
        ]
        if place.model.files["merged_decoder"] == nil { bad.append(("too few", Array(lines.prefix(200)))) }
        for token in ["<blk>", "</s>", "<|endoftext|>", "<|en|>"] where TokenNeeds.of(place.model.family).contains(token) {
            bad.append(
                ("without \(token)", lines.map { $0.hasPrefix(token + " ") ? "<other> " + $0.dropFirst(token.count + 1) : $0 })
            )
        }
        try await withTemporaryFolder { folder in
            try await HostProcess.run { [bad] host, _ in
                for (name, lines) in bad {
                    let path = folder + "/tokens"
                    try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
                    #expect(try await host.perform(orderWith(place, at: path)).failureCode == "MODEL_CORRUPT", "\(name)")
                }
                let huge = folder + "/huge"
                try Data().write(to: URL(fileURLWithPath: huge))
                truncate(huge, 3 << 30)
                #expect(try await host.perform(orderWith(place, at: huge)).failureCode == "MODEL_CORRUPT")
            }
        }
    }

    @Test func `a model of another family is refused`() async throws {
        try await HostProcess.run { host, _ in
            for model in FixtureModels.all {
                for family in ModelFamily.allCases where family != model.family {
                    var wrong = model
                    wrong.family = family
                    let events = try await host.perform(order(FixtureSentences.path, model: wrong) { $0.end = 3 })
                    let refused = ["MODEL_CORRUPT", "MODEL_UNAVAILABLE", "ENGINE_UNAVAILABLE"]
                    #expect(refused.contains(events.failureCode ?? ""), "\(model.testDescription) as \(family): \(events.text)")
                }
            }
        }
    }

    @Test func `a model for other features is refused`() async throws {
        var few = FixtureModels.zipformerCTC
        few.parameters["feature_dim"] = "64"
        var fewer = FixtureModels.zipformerTransducer
        fewer.parameters["feature_dim"] = "40"
        try await HostProcess.run { [models = [few, fewer]] host, _ in
            for model in models {
                let events = try await host.perform(order(FixtureSentences.path, model: model) { $0.end = 3 })
                #expect(events.failureCode == "MODEL_CORRUPT")
            }
        }
    }

    @Test func `files under each other's names are refused`() async throws {
        try await HostProcess.run { host, _ in
            for model in FixtureModels.all where model.files.count > 2 {
                let roles = model.files.keys.filter { $0 != "tokens" }.sorted()
                for (first, second) in zip(roles, roles.dropFirst()) {
                    var wrong = model
                    (wrong.files[first], wrong.files[second]) = (model.files[second], model.files[first])
                    let events = try await host.perform(order(FixtureSentences.path, model: wrong) { $0.end = 3 })
                    #expect(events.failureCode == "MODEL_CORRUPT", "\(model.testDescription): \(first) and \(second)")
                }
            }
        }
    }

    @Test func `a voice detector that is none is refused`() async throws {
        try await withTemporaryFolder { folder in
            let good = try Data(contentsOf: URL(fileURLWithPath: Folders.voiceDetector))
            try good.prefix(good.count / 2).write(to: URL(fileURLWithPath: folder + "/half"))
            try await HostProcess.run { host, _ in
                let bad = [
                    (folder + "/none", "MODEL_UNAVAILABLE"), (folder, "MODEL_UNAVAILABLE"), (folder + "/half", "MODEL_CORRUPT"),
                    (FixtureModels.folder + "nemo-ctc/model.onnx", "MODEL_CORRUPT"),
                    (FixtureModels.folder + "diarization/model.onnx", "MODEL_CORRUPT"),
                ]
                for (path, code) in bad {
                    let events = try await host.perform(
                        order(FixtureSentences.path, model: FixtureModels.nemoCTC) { $0.vadModelPath = path }
                    )
                    #expect(events.failureCode == code)
                }
            }
        }
    }

    private func orderWith(_ place: Place, at path: String) -> TranscribeOrder {
        var model = place.model
        model.files[place.role] = path
        return order(FixtureSentences.path, model: model) { $0.end = 3 }
    }
}
