import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

@testable import scriberr_engine

@Suite struct `Telling speakers apart in the engine host` {
    private func turns(_ events: [EngineEvent]) -> [SpeakerTurn] {
        events.flatMap { event -> [SpeakerTurn] in if case .turns(_, let turns) = event { turns } else { [] } }
    }

    private func diarize(_ change: @Sendable (inout DiarizeOrder) -> Void = { _ in }) async throws -> [EngineEvent] {
        var order = DiarizeOrder(
            order: "order",
            audioPath: Folders.samples + "/two-speakers.wav",
            model: FixtureModels.diarization
        )
        change(&order)
        return try await HostProcess.run { [order] host, _ in
            try host.send(.diarize(order))
            return try await host.untilEnd()
        }
    }

    @Test(arguments: [
        (Folders.samples + "/two-speakers", ".wav", 2), (Folders.root + "/Tests/Fixtures/audio/three-speakers", ".flac", 3),
    ])
    func `people in turns are as many speakers at the right times`(path: String, ending: String, count: Int) async throws {
        let events = try await diarize { $0.audioPath = path + ending }
        let found = turns(events)
        let text = try String(contentsOfFile: path + ".rttm", encoding: .utf8)
        var labels: [String: Set<String>] = [:]
        var end = 0.0
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let (start, length) = (try #require(Double(fields[3])), try #require(Double(fields[4])))
            // Who is heard longest in the true turn.
            let heard = Dictionary(grouping: found, by: \.speaker).mapValues { own in
                own.reduce(0) { $0 + max(0, min($1.end, start + length) - max($1.start, start)) }
            }
            let loudest = try #require(heard.max { $0.value < $1.value })
            #expect(loudest.value > 0.8 * length)
            labels[String(fields[7]), default: []].insert(loudest.key)
            end = start + length
        }
        #expect(labels.count == count)
        #expect(labels.values.allSatisfy { $0.count == 1 })
        #expect(Set(labels.values).count == count)
        #expect(Set(found.map(\.speaker)).count == count)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.start <= $1.start })
        #expect(abs((events.report?.audioSeconds ?? 0) - end - 0.6) < 0.01)
    }

    @Test func `the number of speakers is what was asked for, or kept within its bounds`() async throws {
        func count(_ change: @escaping @Sendable (inout DiarizeOrder) -> Void) async throws -> Int {
            Set(turns(try await diarize(change)).map(\.speaker)).count
        }
        #expect(try await count { $0.speakers = 3 } == 3)
        #expect(try await count { $0.maxSpeakers = 1 } == 1)
        #expect(try await count { $0.minSpeakers = 3 } == 3)
        #expect(
            try await count {
                $0.minSpeakers = 1; $0.maxSpeakers = 5
            } == 2
        )
    }

    @Test func `a part has the times of the whole`() async throws {
        let found = turns(
            try await diarize {
                $0.start = 4.6; $0.end = 13.2
            }
        )
        #expect(found.first.map { abs($0.start - 5) < 0.4 } == true)
        #expect(found.last.map { abs($0.end - 13) < 0.4 } == true)
    }

    @Test func `silence has no speakers`() async throws {
        try await withTemporaryFolder { folder in
            for count in [100, 80_000] {
                try writeWave([Int16](repeating: 0, count: count), to: folder + "/silence.wav")
                let events = try await diarize { $0.audioPath = folder + "/silence.wav" }
                #expect(events.report != nil)
                #expect(turns(events).isEmpty)
            }
        }
    }

    @Test(arguments: ["segmentation", "embedding"]) func `damaged models are refused, and the host lives on`(role: String)
        async throws
    {
        let other = role == "embedding" ? "segmentation" : "embedding"
        let files = FixtureModels.diarization.files
        let good = try Data(contentsOf: URL(fileURLWithPath: try #require(files[role])))
        var bad: [(String, Data?)] = [
            ("empty", Data()), ("half", good.prefix(good.count / 2)), ("garbage", Data(good.map { $0 ^ 0xa5 })),
            ("text", Data("404 Not Found".utf8)),
        ]
        for key in role == "embedding" ? DiarizerFiles.embeddingKeys : DiarizerFiles.segmentationKeys {
            bad.append(("without \(key)", ONNXFileMetadata.renamed(good, key)))
            if key != "language" { bad.append(("spoiled \(key)", ONNXFileMetadata.spoiled(good, key))) }
        }
        try await withTemporaryFolder { folder in
            try await HostProcess.run { [bad] host, _ in
                func code(_ path: String?) async throws -> String? {
                    var order = DiarizeOrder(
                        order: "order",
                        audioPath: Folders.samples + "/two-speakers.wav",
                        model: FixtureModels.diarization,
                        end: 6
                    )
                    order.model.files[role] = path
                    try host.send(.diarize(order))
                    return try await host.untilEnd().failureCode
                }
                #expect(try await code(folder + "/none.onnx") == "MODEL_UNAVAILABLE")
                #expect(try await code(folder) == "MODEL_UNAVAILABLE")
                #expect(try await code(files[other]) == "MODEL_CORRUPT")
                for (name, data) in bad {
                    try (try #require(data)).write(to: URL(fileURLWithPath: folder + "/" + name))
                    #expect(try await code(folder + "/" + name) == "MODEL_CORRUPT", "\(name)")
                }
                #expect(try await code(files[role]) == nil)
            }
        }
    }

    @Test func `numbers of speakers that make no sense are refused`() async throws {
        #expect(try await diarize { $0.speakers = 0 }.failureCode == "UNSUPPORTED_OPTION")
        #expect(
            try await diarize {
                $0.minSpeakers = 4; $0.maxSpeakers = 2
            }.failureCode == "UNSUPPORTED_OPTION"
        )
    }
}
