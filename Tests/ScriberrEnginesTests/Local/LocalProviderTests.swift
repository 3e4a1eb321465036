import Foundation
import ScriberrCore
import ScriberrEngineWire
import Testing

@testable import ScriberrEngines

@Suite(.serialized, .timeLimit(.minutes(15)))
struct LocalProviderTests {
    @Test func `pieces come in order, each once, between the start and the report`() async throws {
        try await withLocalWorld { world in
            let heard = Heard()
            let report = try await world.provider.transcribe(world.request("pieces-3")) { heard.add($0) }
            #expect(heard.pieces.map(\.index) == [0, 1, 2])
            #expect(heard.pieces.map(\.words.first?.word) == ["w0", "w1", "w2"])
            #expect(heard.all.prefix(2) == [.loadingModel, .started(audioSeconds: 100)])
            #expect(report.audioSeconds == 100 && report.speechSeconds == 50)
        }
    }

    @Test func `work goes on behind the pieces that are finished`() async throws {
        try await withLocalWorld { world in
            let heard = Heard()
            _ = try await world.provider.transcribe(world.request("pieces-5", finishedPieces: 3)) { heard.add($0) }
            #expect(heard.pieces.map(\.index) == [3, 4])
        }
    }

    @Test func `a warm host takes the next order`() async throws {
        try await withLocalWorld { world in
            let first = try await world.pieces("pieces-1")
            let second = try await world.pieces("pieces-1")
            #expect(first.first?.text == second.first?.text, "the text holds the process id")
        }
    }

    @Test func `an idle host is ended after its time`() async throws {
        try await withLocalWorld(idleTimeout: .milliseconds(50)) { world in
            _ = try await world.pieces("pieces-1")
            for processID in await world.provider.processIDs() {
                #expect(await LocalWorld.isGone(processID))
            }
        }
    }

    @Test func `a host that died while idle costs nothing`() async throws {
        try await withLocalWorld { world in
            _ = try await world.pieces("leave-1")
            for processID in await world.provider.processIDs() { #expect(await LocalWorld.isGone(processID)) }
            let pieces = try await world.pieces("pieces-2")
            #expect(pieces.count == 2)
        }
    }

    @Test func `a warm host that dies before it takes the order is replaced by a fresh one`() async throws {
        try await withLocalWorld(host: "takes-one") { world in
            let first = try await world.pieces("pieces-1")
            let second = try await world.pieces("pieces-2")
            #expect(second.count == 2 && second.first?.text != first.first?.text)
        }
    }

    @Test func `a fresh host that dies before it takes the order is a crash`() async throws {
        try await withLocalWorld { world in
            #expect(await world.error("deaf")?.code == .engineCrashed)
        }
    }

    @Test(arguments: [
        ("refuse", ScriberrError.Code.modelCorrupt), ("crash-2", .engineCrashed), ("abort-1", .engineCrashed),
        ("exit-1", .engineCrashed), ("starve-1", .engineOutOfMemory), ("hang-1", .engineTimeout), ("stall-1", .engineTimeout),
        ("slowload", .engineTimeout), ("garbage-1", .engineFailed), ("repeat-2", .engineFailed),
        ("gap-1", .engineFailed), ("fail-1", .mediaUnreadable), ("mute-1", .engineCrashed),
    ])
    func `every way to misbehave has its code, and the next order runs`(script: String, code: ScriberrError.Code) async throws {
        try await withLocalWorld(limits: limits(for: script)) { world in
            #expect(await world.error(script)?.code == code)
            let next = try await world.pieces("pieces-2")
            #expect(next.count == 2)
        }
    }

    @Test func `a line without end is cut off at the wire's limit`() async throws {
        try await withLocalWorld { world in
            #expect(await world.error("endless-1")?.code == .engineFailed)
        }
    }

    @Test func `pieces before a crash have been handed on`() async throws {
        try await withLocalWorld { world in
            let heard = Heard()
            await #expect(throws: ScriberrError.self) {
                _ = try await world.provider.transcribe(world.request("crash-4")) { heard.add($0) }
            }
            #expect(heard.pieces.map(\.index) == [0, 1, 2, 3])
        }
    }

    @Test func `a host that outgrows its memory is killed`() async throws {
        try await withLocalWorld(memoryLimitBytes: 300 << 20) { world in
            #expect(await world.error("grow-1")?.code == .engineOutOfMemory)
        }
    }

    @Test(arguments: [
        ("dies-at-once", ScriberrError.Code.engineUnavailable), ("wrong-version", .engineUnavailable),
        ("speaks-early", .engineFailed), ("never-ready", .engineTimeout),
    ])
    func `a host that does not start well has its code and leaves nothing`(name: String, code: ScriberrError.Code) async throws {
        try await withLocalWorld(host: name, limits: limits(for: name)) { world in
            #expect(await world.error("pieces-1")?.code == code)
            #expect(await world.provider.processIDs().isEmpty)
        }
    }

    @Test func `a missing program is no transient failure`() async throws {
        try await withLocalWorld { world in
            try FileManager.default.removeItem(atPath: world.settings.hostPath)
            let error = await world.error("pieces-1")
            #expect(error?.code == .engineUnavailable && error?.disposition == .permanent)
        }
    }

    @Test func `a missing voice activity model is told by its name`() async throws {
        try await withLocalWorld { world in
            try FileManager.default.removeItem(atPath: "\(world.folder)/native/silero-vad/silero_vad.onnx")
            #expect(await world.error("pieces-1")?.message.contains("Silero") == true)
        }
    }

    @Test func `turns come in order of their start`() async throws {
        try await withLocalWorld { world in
            let turns = try await world.provider.diarize(DiarizationRequest(audioPath: "/nowhere/turns", model: "fake")) {
                share in
                #expect(share == 0.5)
            }
            #expect(turns.map(\.speaker) == ["a", "b"])
        }
    }

    @Test(arguments: [(-1.0, 5.0), (.nan, 5.0), (5.0, 5.0), (0.0, .infinity)])
    func `a part that is none is refused before a host hears of it`(start: Double, end: Double) async throws {
        try await withLocalWorld { world in
            var request = world.request("pieces-1")
            request.start = start
            request.end = end
            #expect(await world.error(request)?.code == .validation)
            #expect(await world.provider.processIDs().isEmpty)
        }
    }

    @Test func `a model without files is unavailable`() async throws {
        try await withLocalWorld { world in
            var request = world.request("pieces-1")
            request.model = "whisper-base"
            await #expect { _ = try await world.provider.transcribe(request) { _ in } } throws: { error in
                (error as? ScriberrError)?.code == .modelUnavailable
            }
        }
    }

    @Test func `CUDA is used when the runtime has it`() async throws {
        try await withLocalWorld(host: "has-cuda") { world in
            let pieces = try await world.pieces("pieces-1")
            #expect(pieces.first?.text.contains("on cuda") == true)
            let heard = Heard()
            _ = try await world.provider.transcribe(world.request("pieces-1", device: "cpu")) { heard.add($0) }
            #expect(heard.pieces.first?.text.contains("on cpu") == true)
        }
    }

    @Test func `CUDA that is not there stops the start and names what is missing`() async throws {
        try await withLocalWorld(device: .cuda) { world in
            await #expect { _ = try await world.provider.check() } throws: { error in
                (error as? ScriberrError)?.message.contains("libonnxruntime_providers_cuda.so") == true
            }
        }
    }

    @Test func `how far speakers are told apart is told of the part, and again with every sign of life`() {
        let found = FoundTurns(start: 100)
        #expect(found.take(.heartbeat) == 0)
        #expect(found.take(.audio(order: "o", seconds: 50)) == nil)
        #expect(found.take(.progress(order: "o", position: 125)) == 0.5)
        #expect(found.take(.heartbeat) == 0.5)
        #expect(found.take(.progress(order: "o", position: 150)) == 1)
    }
}
