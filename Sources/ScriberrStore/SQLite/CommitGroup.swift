import GRDB
import ScriberrCore
import Synchronization

/// Lets writes that arrive while a commit runs share the next one.
///
/// Nobody waits for a timer: the first write starts at once, and what has gathered by the time it is durable makes up the
/// next transaction. Each write runs in a savepoint of its own, so that a failing one takes nobody else with it.
final class CommitGroup: Sendable {
    private struct State {
        var waiting: [PendingWrite] = []
        var isRunning = false
        var isClosed = false
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
        var statistics = CommitStatistics()
    }

    private let pool: DatabasePool
    private let signals: StoreSignals
    private let groupMax: Int
    private let onCommit: @Sendable () -> Void
    private let state = Mutex(State())

    /// `onCommit` is called after each commit, on the writer's thread.
    init(pool: DatabasePool, signals: StoreSignals, groupMax: Int, onCommit: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.signals = signals
        self.groupMax = groupMax
        self.onCommit = onCommit
    }

    func write<Value: Sendable>(_ body: @Sendable @escaping (any SQLConnection) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            add(
                PendingWrite(
                    run: { connection in
                        let value = try body(connection)
                        return { continuation.resume(returning: value) }
                    },
                    fail: { continuation.resume(throwing: $0) }
                )
            )
        }
    }

    /// What was done since the database was opened.
    var statistics: CommitStatistics { state.withLock { $0.statistics } }

    /// How many writes wait for their turn.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Refuses further writes and waits for those that were accepted.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.isRunning { state.idleWaiters.append(continuation) }
                return !state.isRunning
            }
            if isIdle { continuation.resume() }
        }
    }

    private func add(_ write: PendingWrite) {
        let (isRefused, mustStart) = state.withLock { state in
            if state.isClosed { return (true, false) }
            state.waiting.append(write)
            defer { state.isRunning = true }
            return (false, !state.isRunning)
        }
        if isRefused { write.fail(closedError()) }
        if mustStart { start() }
    }

    private func start() {
        pool.asyncWriteWithoutTransaction { database in
            // Other work on the writer, such as closing, gets its turn now and then.
            for _ in 0..<64 {
                guard let group = self.nextGroup() else { return }
                self.run(group, on: database)
            }
            self.start()
        }
    }

    private func nextGroup() -> [PendingWrite]? {
        let (group, idleWaiters) = state.withLock { state -> ([PendingWrite]?, [CheckedContinuation<Void, Never>]) in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                defer { state.idleWaiters = [] }
                return (nil, state.idleWaiters)
            }
            let group = Array(state.waiting.prefix(groupMax))
            state.waiting.removeFirst(group.count)
            return (group, [])
        }
        for waiter in idleWaiters { waiter.resume() }
        return group
    }

    private func run(_ group: [PendingWrite], on database: GRDB.Database) {
        let connection = SQLiteConnection(database, signals: signals)
        var settlements: [@Sendable () -> Void] = []
        do {
            try connection.begin()
            for (index, write) in group.enumerated() {
                do {
                    settlements.append(try group.count == 1 ? write.run(connection) : connection.inSavepoint(write.run))
                } catch let error where !connection.lostTransaction {
                    if group.count == 1 { try connection.rollBackAll() }
                    settlements.append { write.fail(error) }
                } catch {
                    // The disk is full or broken, and SQLite has undone the writes before this one too. Those after it
                    // have not run yet.
                    for undone in group[...index] { undone.fail(error) }
                    putBack(group[(index + 1)...])
                    return
                }
            }
            try connection.commit()
        } catch {
            connection.abandon()
            for write in group { write.fail(error) }
            return
        }
        state.withLock { state in
            state.statistics.commits += 1
            state.statistics.writes += group.count
        }
        for action in connection.takeActions() { action() }
        onCommit()
        for settle in settlements { settle() }
    }

    private func putBack(_ writes: ArraySlice<PendingWrite>) {
        state.withLock { $0.waiting.insert(contentsOf: writes, at: 0) }
    }
}

/// How well commits are shared: writes by commits.
package struct CommitStatistics: Sendable, Hashable {
    /// Transactions that became durable.
    package var commits = 0
    /// Writes that they carried, failed ones included.
    package var writes = 0
}

/// A write that waits for its turn, without the type of its answer.
private struct PendingWrite: Sendable {
    /// Runs the body; what it answers tells the caller, and is called once the write is durable.
    let run: @Sendable (SQLiteConnection) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
}
