import Foundation
import ScriberrCore
import Synchronization
import Testing

@testable import ScriberrEngines

@Suite(.serialized, .timeLimit(.minutes(15)))
struct LocalProviderCancelTests {
    /// Starts an order and returns once its first piece has come.
    private func start(_ script: String, in world: LocalWorld) async -> Task<TranscriptionReport, any Error> {
        let (signal, first) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await world.provider.transcribe(world.request(script)) { event in
                if case .piece = event { first.yield() }
            }
        }
        for await _ in signal { break }
        return task
    }

    @Test func `a canceled order ends politely and its host stays warm`() async throws {
        var patient = HostLimits()
        patient.stopping = .seconds(36_000)
        try await withLocalWorld(limits: patient) { world in
            let task = await start("patient-1", in: world)
            let before = await world.provider.processIDs()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(await world.provider.processIDs() == before)
        }
    }

    @Test(arguments: ["hang-1", "stall-1"])
    func `a host that ignores a cancel is killed for that alone`(script: String) async throws {
        var limits = HostLimits()
        // What else would end it, and does so only when this test is long over.
        (limits.silence, limits.stall) = (.seconds(36_000), .seconds(36_000))
        try await withLocalWorld(limits: limits) { world in
            let task = await start(script, in: world)
            let processes = await world.provider.processIDs()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            for processID in processes { #expect(await LocalWorld.isGone(processID)) }
        }
    }

    @Test func `an error of the consumer stops the engine and is thrown on`() async throws {
        struct Full: Error {}
        try await withLocalWorld { world in
            await #expect(throws: Full.self) {
                _ = try await world.provider.transcribe(world.request("pieces-100000")) { event in
                    if case .piece(let piece) = event, piece.index == 2 { throw Full() }
                }
            }
            let next = try await world.pieces("pieces-1")
            #expect(next.count == 1)
        }
    }

    @Test func `a slow consumer holds the host back and loses nothing`() async throws {
        var limits = HostLimits()
        limits.silence = .seconds(5)
        try await withLocalWorld(limits: limits) { world in
            let heard = Heard()
            _ = try await world.provider.transcribe(world.request("pieces-3000")) { event in
                heard.add(event)
                // Longer than the silence that a host is allowed: nobody listens meanwhile.
                if case .piece(let piece) = event, piece.index == 1 { try await Task.sleep(for: .seconds(6)) }
            }
            #expect(heard.pieces.map(\.index) == Array(0..<3_000))
        }
    }

    @Test func `closing ends a host at work`() async throws {
        try await withLocalWorld(host: "stays") { world in
            let task = await start("hang-1", in: world)
            let processes = await world.provider.processIDs()
            await world.provider.close()
            await #expect { _ = try await task.value } throws: { ($0 as? ScriberrError)?.code == .engineUnavailable }
            for processID in processes { #expect(await LocalWorld.isGone(processID)) }
            #expect(await world.error("pieces-1")?.code == .engineUnavailable)
        }
    }

    @Test func `orders wait for a slot and a waiting one can be canceled`() async throws {
        try await withLocalWorld { world in
            let running = await start("patient-1", in: world)
            let waiting = Task { try await world.pieces("pieces-1") }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            running.cancel()
            _ = try? await running.value
            let next = try await world.pieces("pieces-1")
            #expect(next.count == 1)
        }
    }

    @Test func `two slots are two processes, never more`() async throws {
        try await withLocalWorld(slots: 2) { world in
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await world.pieces("pieces-200").last?.text ?? "" } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(texts.count <= 2)
        }
    }
}
