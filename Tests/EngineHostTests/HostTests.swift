import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Testing

@Suite struct `The engine host on the wire` {
    @Test func `it says first who it is and what it has`() async throws {
        try await HostProcess.run { _, engines in
            #expect(engines.map(\.name) == ["pocketsphinx", "sherpa-onnx"])
            #expect(engines.allSatisfy { $0.problem == nil && $0.devices.first == "cpu" })
            #expect(engines[1].version?.hasPrefix("2.0.") == true)
        }
    }

    @Test func `without its library it says so and lives on`() async throws {
        try await withTemporaryFolder { folder in
            try await HostProcess.run(environment: ["SCRIBERR_NATIVE_DIR": folder]) { host, engines in
                #expect(engines[1].problem?.contains("missing") == true)
                let events = try await host.perform(order(samples("welcome.wav")))
                #expect(events.failureCode == "ENGINE_UNAVAILABLE")
            }
        }
    }

    @Test func `a file that is no library is a problem and no crash`() async throws {
        try await withTemporaryFolder { folder in
            let library = folder + "/sherpa-onnx/lib/libsherpa-onnx-c-api.so"
            try FileManager.default.createDirectory(atPath: folder + "/sherpa-onnx/lib", withIntermediateDirectories: true)
            try Data("no library".utf8).write(to: URL(fileURLWithPath: library))
            try await HostProcess.run(environment: ["SCRIBERR_NATIVE_DIR": folder]) { _, engines in
                #expect(engines[1].problem != nil)
                #expect(engines[1].problem?.contains(folder) == false)
            }
        }
    }

    @Test func `speech becomes words with times, in order, within the recording`() async throws {
        let events = try await HostProcess.run { host, _ in try await host.perform(order(samples("welcome.wav"))) }
        #expect(events.first == .accepted(order: "order"))
        #expect(events.contains(.loading(order: "order", model: "pocketsphinx-en-us")))
        #expect(events.contains { if case .audio(_, let seconds) = $0 { abs(seconds - 7.2) < 0.1 } else { false } })
        let pieces = events.pieces
        #expect(pieces.map(\.index) == Array(0..<pieces.count))
        // Measured: 4 of its 18 words are wrong, the name among them.
        #expect(events.text.hasPrefix("welcome to"))
        #expect(events.text.contains("was made by a computer"))
        #expect(events.text.contains("words stay on your own machine"))
        let words = pieces.flatMap(\.words)
        #expect(words.map(\.word).joined(separator: " ") == events.text)
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.start < $0.end && $0.end <= $1.start + 0.011 })
        #expect(
            pieces.allSatisfy { piece in
                piece.words.allSatisfy { piece.start <= $0.start && $0.end <= piece.end } && piece.end <= 7.3
            }
        )
        #expect(words.allSatisfy { ($0.confidence ?? -1) >= 0 && ($0.confidence ?? 2) <= 1 })
        #expect(zip(events.positions, events.positions.dropFirst()).allSatisfy { $0 < $1 })
        #expect(abs((events.positions.last ?? 0) - 7.2) < 0.1)
        let report = try #require(events.report)
        #expect(abs(report.audioSeconds - 7.2) < 0.1)
        #expect(report.speechSeconds > 4 && report.speechSeconds < 7.3)
        #expect(report.processorSeconds > 0.1)
        #expect(report.peakMemoryBytes > 50 << 20)
    }

    @Test(arguments: [true, false]) func `a recording that was cut off is told from a whole one`(isCut: Bool) async throws {
        try await withTemporaryFolder { folder in
            // Noise does not shrink, so that half the bytes are about half the time; the header goes on telling all of it.
            var generator = SeededGenerator(seed: 7)
            try writeWave(
                (0..<160_000).map { _ in Int16.random(in: -9_000...9_000, using: &generator) },
                to: folder + "/noise.wav"
            )
            let path = folder + "/noise.flac"
            let encoder = Process()
            encoder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            encoder.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-i", folder + "/noise.wav", path]
            try launch(encoder)
            encoder.waitUntilExit()
            #expect(encoder.terminationStatus == 0)
            if isCut {
                let whole = try Data(contentsOf: URL(fileURLWithPath: path))
                try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
            }
            let events = try await HostProcess.run { host, _ in try await host.perform(order(path)) }
            let report = try #require(events.report)
            #expect(report.flags == (isCut ? ["AUDIO_TRUNCATED"] : []))
            #expect(isCut ? report.audioSeconds < 7 : abs(report.audioSeconds - 10) < 0.1)
        }
    }

    @Test func `silence has no pieces and ends well`() async throws {
        try await withTemporaryFolder { folder in
            try writeWave([Int16](repeating: 0, count: 48_000), to: folder + "/silence.wav")
            let events = try await HostProcess.run { host, _ in try await host.perform(order(folder + "/silence.wav")) }
            #expect(events.pieces.isEmpty)
            #expect(events.report?.audioSeconds == 3)
            #expect(events.report?.speechSeconds == 0)
            #expect(events.positions.last == 3)
        }
    }

    @Test func `a run that goes on behind any piece gives what the first one gave`() async throws {
        try await HostProcess.run { host, _ in
            let whole = try await host.perform(order(samples("two-speakers.wav"))).pieces
            try #require(whole.count >= 3)
            for piece in whole {
                let rest = try await host.perform(
                    order(samples("two-speakers.wav")) {
                        $0.firstPiece = piece.index + 1
                        $0.resumeAt = piece.resumeAt
                    }
                )
                #expect(rest.pieces == Array(whole[(piece.index + 1)...]))
                #expect(rest.report != nil)
            }
        }
    }

    @Test func `a part of a recording has the times of the whole`() async throws {
        let pieces = try await HostProcess.run { host, _ in
            try await host.perform(
                order(samples("two-speakers.wav")) {
                    $0.start = 9.6
                    $0.end = 13.3
                }
            )
        }.pieces
        let words = pieces.flatMap(\.words)
        #expect(words.first.map { abs($0.start - 10.1) < 0.4 } == true)
        #expect(words.allSatisfy { $0.start >= 9.6 && $0.end <= 13.3 })
    }

    @Test func `words have the times of the film when its sound begins late, also in a run that goes on`() async throws {
        try await withTemporaryFolder { folder in
            let film = folder + "/film.mkv"
            try lateSound(samples("two-speakers.wav"), by: 1.5, in: film)
            try await HostProcess.run { host, _ in
                let sound = try await host.perform(order(samples("two-speakers.wav"))).pieces
                let pieces = try await host.perform(order(film)).pieces
                let (heard, seen) = (sound.flatMap(\.words), pieces.flatMap(\.words))
                let (first, last) = (try #require(heard.first), try #require(heard.last))
                #expect(abs((seen.first?.start ?? 0) - first.start - 1.5) < 0.15)
                #expect(abs((seen.last?.end ?? 0) - last.end - 1.5) < 0.15)
                let before = try #require(pieces.dropLast().last)
                let rest = try await host.perform(
                    order(film) {
                        $0.firstPiece = before.index + 1
                        $0.resumeAt = before.resumeAt
                    }
                )
                #expect(rest.pieces == Array(pieces[(before.index + 1)...]))
            }
        }
    }

    @Test func `one host works on many orders and loads the model once`() async throws {
        try await HostProcess.run { host, _ in
            let first = try await host.perform(order(samples("welcome.wav"), name: "first"))
            let second = try await host.perform(order(samples("welcome.wav"), name: "second"))
            #expect(first.pieces == second.pieces)
            #expect(!second.contains { if case .loading = $0 { true } else { false } })
            try host.send(.unload)
            let third = try await host.perform(order(samples("welcome.wav"), name: "third"))
            #expect(third.contains { if case .loading = $0 { true } else { false } })
        }
    }

    @Test func `one thread gives the same pieces as two`() async throws {
        try await HostProcess.run { host, _ in
            let one = try await host.perform(order(samples("two-speakers.wav")) { $0.threads = 1 })
            let two = try await host.perform(order(samples("two-speakers.wav")) { $0.threads = 2 })
            #expect(one.pieces == two.pieces)
        }
    }

    @Test func `a canceled order ends at once and the next one runs`() async throws {
        try await withTemporaryFolder { folder in
            let voice = try readWave(samples("two-speakers.wav"))
            try writeWave(Array(repeatElement(voice, count: 40).joined()), to: folder + "/long.wav")
            try await HostProcess.run { host, _ in
                try host.send(.transcribe(order(folder + "/long.wav", name: "long")))
                while let event = try await host.next() { if case .loaded = event { break } }
                try host.send(.cancel(order: "long"))
                #expect(try await host.untilEnd().failureCode == EngineEvent.canceledCode)
                #expect(try await host.perform(order(samples("welcome.wav"))).report != nil)
            }
        }
    }

    @Test func `an order that was called off before it came does not run`() async throws {
        try await HostProcess.run { host, _ in
            try host.send(.cancel(order: "order"))
            #expect(try await host.perform(order(samples("welcome.wav"))).failureCode == EngineEvent.canceledCode)
            #expect(try await host.perform(order(samples("welcome.wav"))).report != nil)
        }
    }

    @Test func `the host ends when its input is closed, in the middle of an order too`() async throws {
        try await withTemporaryFolder { folder in
            let speech = try readWave(samples("welcome.wav"))
            try writeWave((0..<60).flatMap { _ in speech }, to: folder + "/long.wav")
            try await HostProcess.run { host, _ in
                try host.send(.transcribe(order(folder + "/long.wav")))
                while let event = try await host.next() { if case .loaded = event { break } }
                try host.closeInput()
                #expect(await host.exitStatus() == 0)
                var last: EngineEvent?
                while let event = try await host.next() { last = event }
                if case .done = last { Issue.record("It worked through the order first.") }
            }
        }
    }

    @Test func `shutdown lets the running order finish`() async throws {
        try await HostProcess.run { host, _ in
            try host.send(.transcribe(order(samples("welcome.wav"))))
            try host.send(.shutdown)
            #expect(try await host.untilEnd().report != nil)
            #expect(await host.exitStatus() == 0)
        }
    }

    @Test(arguments: ["garbage\n", "{}\n", "\n", "{\"unload\":{}}{\"unload\":{}}\n"])
    func `a line that is no request ends the host with a status of its own`(line: String) async throws {
        try await HostProcess.run { host, _ in
            try host.send(text: line)
            #expect(try await host.next() == nil)
            #expect(await host.exitStatus() == 65)
        }
    }

    @Test func `an unknown argument ends the host with the usual status`() async throws {
        let host = try HostProcess(arguments: ["--bogus"])
        #expect(try await host.next() == nil)
        #expect(await host.exitStatus() == 64)
    }
}

@Suite struct `What the engine host refuses` {
    @Test func `a recording that is gone, empty or none`() async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: URL(fileURLWithPath: folder + "/empty.wav"))
            try Data("Just some text, and a bit more of it.\n".utf8).write(to: URL(fileURLWithPath: folder + "/text.wav"))
            try await HostProcess.run { host, _ in
                #expect(try await host.perform(order(folder + "/none.wav")).failureCode == "MEDIA_MISSING")
                #expect(try await host.perform(order(folder + "/empty.wav")).failureCode == "MEDIA_UNREADABLE")
                let text = try await host.perform(order(folder + "/text.wav"))
                #expect(["MEDIA_UNREADABLE", "UNSUPPORTED_MEDIA_TYPE"].contains(text.failureCode))
                #expect(text.failureMessage?.contains(folder) == false)
                #expect(try await host.perform(order(samples("welcome.wav"))).report != nil)
            }
        }
    }

    @Test(arguments: ["hmm", "dict", "lm"]) func `a model without one of its files`(role: String) async throws {
        try await HostProcess.run { host, _ in
            var model = pocketSphinx
            model.files[role] = "/nonexistent/\(role)"
            let events = try await host.perform(order(samples("welcome.wav"), model: model))
            #expect(events.failureCode == "MODEL_UNAVAILABLE")
            #expect(events.failureMessage?.contains("/nonexistent") == false)
            model.files[role] = nil
            #expect(try await host.perform(order(samples("welcome.wav"), model: model)).failureCode == "MODEL_UNAVAILABLE")
            #expect(try await host.perform(order(samples("welcome.wav"))).report != nil)
        }
    }

    @Test func `a damaged model, without harm to the host's server`() async throws {
        try await withTemporaryFolder { folder in
            let good = try #require(pocketSphinx.files["hmm"])
            try FileManager.default.copyItem(atPath: good, toPath: folder + "/model")
            try Data((0..<40_000).map { _ in UInt8.random(in: 0...255) })
                .write(to: URL(fileURLWithPath: folder + "/model/mdef"))
            var model = pocketSphinx
            model.files["hmm"] = folder + "/model"
            let host = try HostProcess()
            _ = try await host.next()
            let events = try await host.perform(order(samples("welcome.wav"), model: model))
            // The library may end its process instead; then there is no last word, and the server sees the status.
            #expect(events.failureCode == "MODEL_CORRUPT" || events.failureCode == nil && events.report == nil)
        }
    }

    @Test func `a voice detector that is missing or damaged`() async throws {
        try await withTemporaryFolder { folder in
            try Data("no model".utf8).write(to: URL(fileURLWithPath: folder + "/detector.onnx"))
            try await HostProcess.run { host, _ in
                for (name, code) in [("none", "MODEL_UNAVAILABLE"), ("detector", "MODEL_CORRUPT")] {
                    let order = order(samples("welcome.wav")) { $0.vadModelPath = folder + "/\(name).onnx" }
                    let events = try await host.perform(order)
                    #expect(events.failureCode == code)
                }
            }
        }
    }

    @Test func `options that the model or the machine does not have`() async throws {
        let refused: [(inout TranscribeOrder) -> Void] = [
            { $0.language = "de" }, { $0.language = "EN" }, { $0.language = "" }, { $0.hotwords = ["word"] },
            { $0.device = "cuda" }, { $0.device = "tpu" }, { $0.task = .translate },
        ]
        try await HostProcess.run { host, _ in
            for change in refused {
                let events = try await host.perform(order(samples("welcome.wav"), change))
                #expect(events.failureCode == "UNSUPPORTED_OPTION")
            }
            let invalid: [(inout TranscribeOrder) -> Void] = [
                { $0.start = -1 },
                {
                    $0.start = 3; $0.end = 2
                }, { $0.threads = 1_000 }, { $0.firstPiece = -1 },
                { $0.resumeAt = -2 },
            ]
            for change in invalid {
                let events = try await host.perform(order(samples("welcome.wav"), change))
                #expect(events.failureCode == "VALIDATION_ERROR")
            }
        }
    }
}

private func samples(_ name: String) -> String { Folders.samples + "/" + name }
