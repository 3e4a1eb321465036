import Foundation
import GRDB
import Synchronization

/// Connections for looks at a few rows, used on the caller's thread: moving such a read to a thread of its own and back costs
/// several times what the read does.
final class BriefReaders: Sendable {
    private struct State {
        var free: [DatabaseQueue] = []
        var made = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let path: String
    private let configuration: Configuration
    /// One for each thread that may ask at once, those of connections and those of tasks; whoever finds none takes the long way.
    private let countMax = 2 * max(2, ProcessInfo.processInfo.activeProcessorCount)

    init(path: String, settings: SQLiteSettings) {
        self.path = path
        var configuration = settings.configuration()
        configuration.readonly = true
        self.configuration = configuration
    }

    /// What `body` answers, which opens and ends a transaction itself; nil, without a call of it, when no connection is free.
    func read<Value>(_ body: (GRDB.Database) throws -> Value) throws -> Value? {
        guard let queue = try take() else { return nil }
        defer { giveBack(queue) }
        // A transaction of GRDB's costs more than the few rows that are read in it; `body` opens its own.
        return try queue.unsafeRead(body)
    }

    func close() throws {
        let free = state.withLock { state in
            state.isClosed = true
            defer { state.free = [] }
            return state.free
        }
        for queue in free { try queue.close() }
    }

    private func take() throws -> DatabaseQueue? {
        let (queue, mayMake) = state.withLock { state -> (DatabaseQueue?, Bool) in
            if state.isClosed { return (nil, false) }
            if let queue = state.free.popLast() { return (queue, false) }
            guard state.made < countMax else { return (nil, false) }
            state.made += 1
            return (nil, true)
        }
        guard mayMake else { return queue }
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            state.withLock { $0.made -= 1 }
            throw error
        }
    }

    private func giveBack(_ queue: DatabaseQueue) {
        // One that was out while the others were closed is closed with its last reference.
        state.withLock { if !$0.isClosed { $0.free.append(queue) } }
    }
}
