import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

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

    @Test func `two people in turns are two speakers at the right times`() async throws {
        let events = try await diarize()
        let found = turns(events)
        let text = try String(contentsOfFile: Folders.samples + "/two-speakers.rttm", encoding: .utf8)
        var labels: [String: Set<String>] = [:]
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
        }
        #expect(labels.count == 2)
        #expect(labels.values.allSatisfy { $0.count == 1 })
        #expect(Set(labels.values).count == 2)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.start <= $1.start })
        #expect(abs((events.report?.audioSeconds ?? 0) - 18.265) < 0.01)
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

    @Test(arguments: ["segmentation", "embedding"]) func `damaged models are refused`(role: String) async throws {
        try await withTemporaryFolder { folder in
            let other = role == "embedding" ? "segmentation" : "embedding"
            let good = try Data(contentsOf: URL(fileURLWithPath: try #require(FixtureModels.diarization.files[role])))
            try good.prefix(good.count / 2).write(to: URL(fileURLWithPath: folder + "/half.onnx"))
            let cases = [("/none.onnx", "MODEL_UNAVAILABLE"), ("/half.onnx", "MODEL_CORRUPT")]
            for (name, code) in cases {
                #expect(try await diarize { $0.model.files[role] = folder + name }.failureCode == code)
            }
            let swapped = try await diarize { $0.model.files[role] = $0.model.files[other] }
            #expect(swapped.failureCode == "MODEL_CORRUPT")
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
