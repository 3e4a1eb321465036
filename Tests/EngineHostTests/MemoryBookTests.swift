import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrTestSupport
import Synchronization
import Testing

@testable import scriberr_engine

struct MemoryBookTests {
    /// Free memory that grows by some bytes with each model that is forgotten.
    private final class Machine: Sendable {
        private let state: Mutex<(free: Int64, loaded: Int)>
        private let perModel: Int64

        init(free: Int64, loaded: Int, perModel: Int64) {
            state = Mutex((free, loaded))
            self.perModel = perModel
        }

        var free: Int64 { state.withLock { $0.free } }
        var loaded: Int { state.withLock { $0.loaded } }

        func dropOldest() -> Bool {
            state.withLock { state in
                guard state.loaded > 0 else { return false }
                state.loaded -= 1
                state.free += perModel
                return true
            }
        }
    }

    private func withModel(_ body: (ModelFiles) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try Data(count: 600).write(to: URL(fileURLWithPath: folder + "/encoder"))
            try FileManager.default.createDirectory(atPath: folder + "/graph", withIntermediateDirectories: true)
            try Data(count: 400).write(to: URL(fileURLWithPath: folder + "/graph/part"))
            try body(ModelFiles(id: "m", family: .whisper, files: ["encoder": folder + "/encoder", "graph": folder + "/graph"]))
        }
    }

    @Test func `a model wants twice the size of its files, folders included`() async throws {
        try await withModel { #expect(MemoryBook.bytes(for: $0) == 2_000) }
    }

    @Test func `other models are forgotten until there is room, and no more of them`() async throws {
        try await withModel { model in
            let machine = Machine(free: 500, loaded: 5, perModel: 800)
            try MemoryBook(availableBytes: { machine.free }).makeRoom(for: model, dropOldest: machine.dropOldest)
            #expect(machine.loaded == 3)
        }
    }

    @Test func `a model for which there is no room is refused rather than loaded`() async throws {
        try await withModel { model in
            let machine = Machine(free: 500, loaded: 1, perModel: 800)
            let book = MemoryBook(availableBytes: { machine.free })
            #expect {
                try book.makeRoom(for: model, dropOldest: machine.dropOldest)
            } throws: { error in
                (error as? ScriberrError)?.code == .engineOutOfMemory
            }
        }
    }

    @Test func `telling speakers apart asks for the memory of the whole recording, which is bounded for ten hours`() throws {
        let needed = Diarizer.memoryBytes(seconds: 36_000)
        #expect(needed > 36_000 * 64_000)
        #expect(needed < 4 << 30)
        let shelf = ModelShelf(loadedMax: 2, memory: MemoryBook(availableBytes: { needed - 1 }))
        #expect {
            try shelf.makeRoom(bytes: needed, for: "It")
        } throws: { error in
            (error as? ScriberrError)?.code == .engineOutOfMemory
        }
        try shelf.makeRoom(bytes: needed - 1, for: "It")
    }

    @Test func `where free memory cannot be told nothing is refused`() async throws {
        try await withModel { model in
            try MemoryBook(availableBytes: { nil }).makeRoom(for: model, dropOldest: { false })
        }
    }

    @Test func `this machine tells its free memory`() throws {
        #expect(try #require(MemoryBook().availableBytes()) > 1 << 20)
    }
}
