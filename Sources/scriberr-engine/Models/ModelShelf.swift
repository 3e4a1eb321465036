import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// The models that are loaded. Used by one order at a time.
final class ModelShelf: Sendable {
    /// What tells one loaded model from another: a file can be replaced under its name.
    struct Key: Hashable, Sendable {
        var model: ModelFilesKey
        /// Options that are fixed when the model is loaded.
        var options: [String]
    }

    private let loadedMax: Int
    private let memory: MemoryBook
    /// Least recently used first.
    private let loaded = Mutex<[(key: Key, model: any Sendable)]>([])

    init(loadedMax: Int, memory: MemoryBook = MemoryBook()) {
        self.loadedMax = loadedMax
        self.memory = memory
    }

    /// The loaded model of a key, or a new one of these files from `load`, for which room is made first. Throws
    /// `ENGINE_OUT_OF_MEMORY` when there is no room for it.
    func model<Model: Sendable>(_ key: Key, _ files: ModelFiles, load: () async throws -> Model) async throws -> Model {
        if let found = take(key) as? Model {
            put(key, found)
            return found
        }
        makeRoom()
        try memory.makeRoom(for: files, dropOldest: dropOldest)
        let model = try await load()
        put(key, model)
        return model
    }

    /// Makes room for what an order needs beside its models. Throws `ENGINE_OUT_OF_MEMORY` when there is too little.
    func makeRoom(bytes: Int64, for user: String) throws { try memory.makeRoom(bytes: bytes, for: user, dropOldest: dropOldest) }

    /// Forgets everything that is not in use; memory goes back with it.
    func removeAll() { loaded.withLock { $0 = [] } }

    private func take(_ key: Key) -> (any Sendable)? {
        loaded.withLock { loaded in
            loaded.firstIndex { $0.key == key }.map { loaded.remove(at: $0).model }
        }
    }

    private func put(_ key: Key, _ model: any Sendable) { loaded.withLock { $0.append((key, model)) } }

    /// Forgets the model that was not used for longest; false when there is none.
    private func dropOldest() -> Bool {
        let oldest = loaded.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return oldest != nil
    }

    private func makeRoom() {
        loaded.withLock { while $0.count >= loadedMax { $0.removeFirst() } }
    }
}

/// A model's identity for the shelf: its files with their sizes and times of change.
struct ModelFilesKey: Hashable, Sendable {
    var files: [String]

    init(_ model: ModelFiles) {
        files = [model.id, model.family.rawValue]
        files += model.parameters.map { "\($0)=\($1)" }.sorted()
        files += model.files.map { "\($0)=\($1)|\(FileStamp.of($1))" }.sorted()
    }
}
