import GRDB
import ScriberrCore
import Synchronization

/// Lets writes that arrive while a commit runs share the next one.
///
/// Nobody waits for a timer: the first write starts at once, and what has gathered by the time it is durable makes up the
/// next transaction. A failing write takes nobody else with it: the others are run again without it.
///
/// A write that finds nobody at work is made on its caller's thread, as long as ``ThreadLoan`` allows it; what gathers behind it
/// goes to the writer's own thread. Whoever set `isRunning` alone uses the connection, and ends with handing that right on.
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
    /// Claims to be made in transactions that bring work.
    let standing = StandingClaims()
    private let groupMax: Int
    private let lookout: Duration
    private let loan: ThreadLoan
    private let onCommit: @Sendable (_ pages: Int) -> Void
    private let state = Mutex(State())
    private let hasWaiting = Atomic(false)
    /// Whether the last commit gave hints of work: whoever comes next need not look whether there is any.
    private let gaveHints = Atomic(false)

    /// `onCommit` is called after each commit, on the thread that made it, with how many pages the log has grown by.
    init(
        pool: DatabasePool,
        signals: StoreSignals,
        settings: SQLiteSettings,
        loan: ThreadLoan,
        onCommit: @escaping @Sendable (_ pages: Int) -> Void
    ) {
        self.pool = pool
        self.signals = signals
        groupMax = settings.groupMax
        lookout = settings.lookout
        self.loan = loan
        self.onCommit = onCommit
    }

    func write<Value: Sendable>(
        unless look: (@Sendable (any SQLConnection) throws -> Value?)? = nil,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            add([PendingWrite(unless: look, answer: { continuation.resume(with: $0) }, body)])
        }
    }

    /// Starts writes that share a commit, as far as one takes so many. Whoever has many has something else to do meanwhile: they are made
    /// on the writer's thread.
    func start(_ writes: [PendingWrite]) {
        guard !writes.isEmpty else { return }
        guard writes.count <= Self.companionsMax else { return add(writes, mayBorrow: false) }
        var companions = writes
        for index in companions.indices.dropFirst() { companions[index].isCompanion = true }
        add(companions)
    }

    /// An end and a claim.
    private static let companionsMax = 2

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

    private func add(_ writes: [PendingWrite], mayBorrow: Bool = true) {
        let (isRefused, mustRun) = state.withLock { state in
            if state.isClosed { return (true, false) }
            state.waiting += writes
            hasWaiting.store(true, ordering: .relaxed)
            defer { state.isRunning = true }
            return (false, !state.isRunning)
        }
        if isRefused { for write in writes { write.fail(closedError()) } }
        guard mustRun else { return }
        if mayBorrow, loan.take() { runHere() } else { runOnWriter() }
    }

    private func runHere() {
        // Runs on this thread. Whoever had the writer's before gave it up before this right was free.
        let group = pool.writeWithoutTransaction { database -> [PendingWrite]? in
            guard let group = nextGroup() else { return nil }
            if !run(group, on: database, isOnLoan: true) { putBack(group[...]) }
            return group
        }
        loan.giveBack()
        guard group != nil, hasMore() else { return }
        runOnWriter()
    }

    private func runOnWriter() {
        pool.asyncWriteWithoutTransaction { database in
            // Other work on the writer, such as closing, gets its turn now and then.
            for _ in 0..<64 {
                guard let group = self.nextGroup() else { return }
                _ = self.run(group, on: database, isOnLoan: false)
                // One caller alone fares better on its own thread.
                if group.count > 1 || !self.loan.isAffordable { self.lookOut() }
            }
            self.runOnWriter()
        }
    }

    /// Whoever was just told that a write is durable often has the next one at once: waits for it for a moment instead of
    /// sleeping, which would cost a change of thread. Does not give the processor away, which on a busy machine may not come
    /// back for milliseconds.
    private func lookOut() {
        let end = ContinuousClock.now + lookout
        while !hasWaiting.load(ordering: .relaxed), .now < end {}
    }

    private func nextGroup() -> [PendingWrite]? {
        guard hasMore() else { return nil }
        return state.withLock { state in
            let group = Array(state.waiting.prefix(groupMax))
            state.waiting.removeFirst(group.count)
            hasWaiting.store(!state.waiting.isEmpty, ordering: .relaxed)
            return group
        }
    }

    /// Whether writes wait; gives up the right to run them when none do.
    private func hasMore() -> Bool {
        let idleWaiters = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
            guard state.waiting.isEmpty else { return nil }
            state.isRunning = false
            defer { state.idleWaiters = [] }
            return state.idleWaiters
        }
        for waiter in idleWaiters ?? [] { waiter.resume() }
        return idleWaiters == nil
    }

    /// Makes the writes and tells their callers. On a thread that is on loan it waits for no other process: answers false, with
    /// nothing done, when one holds the lock.
    private func run(_ group: [PendingWrite], on database: GRDB.Database, isOnLoan: Bool) -> Bool {
        let connection = SQLiteConnection(database, signals: signals)
        let begin = ContinuousClock.now
        let expectsWork = gaveHints.exchange(false, ordering: .relaxed)
        if group.count == 1, !expectsWork, isAnswered(group[0], by: connection) { return true }
        if isOnLoan { loan.refuseWaiting() }
        defer { if isOnLoan { loan.allowWaiting() } }
        var settlements: [Settlement]?
        var joined: [JoinedClaim] = []
        do {
            try connection.begin()
            settlements = try together(group, connection) ?? oneByOne(group, connection)
            if settlements != nil { joined = connection.join(standing) }
            if !joined.isEmpty, connection.lostTransaction {
                // A claim that stood took it along. Without it there may be room.
                joined = joined.undone()
                try connection.startOver()
                settlements = try together(group, connection) ?? oneByOne(group, connection)
            }
            if settlements != nil {
                gaveHints.store(joined.isEmpty && connection.giveHints(), ordering: .relaxed)
                try connection.commit()
            }
        } catch {
            let mustWait = isOnLoan && connection.metLock
            connection.abandon()
            for claim in joined { claim.fail(error) }
            if !mustWait { for write in group { write.fail(error) } }
            return !mustWait
        }
        loan.note(.now - begin, met: isOnLoan ? 0 : group.count { !$0.isCompanion })
        // First of all: a worker waits.
        for claim in joined { claim.settle() }
        guard let settlements else { return true }
        state.withLock { state in
            state.statistics.commits += 1
            state.statistics.writes += group.count
            if isOnLoan { state.statistics.loans += 1 }
        }
        for action in connection.takeActions() { action() }
        onCommit(connection.takeWrittenPages())
        for settle in settlements { settle() }
        return true
    }

    /// Looks, before a write that is alone takes the lock, whether it has anything to do.
    private func isAnswered(_ write: PendingWrite, by connection: SQLiteConnection) -> Bool {
        guard let look = write.look else { return false }
        do {
            try connection.beginReading()
            let settle = try look(connection)
            try connection.commit()
            settle?()
            return settle != nil
        } catch {
            connection.abandon()
            write.fail(error)
            return true
        }
    }

    /// Runs the writes bare, which is what nearly always works. Answers nil, with everything undone, when one failed that may
    /// have written: what it wrote cannot be told from what the others did.
    private func together(_ group: [PendingWrite], _ connection: SQLiteConnection) throws -> [Settlement]? {
        var settlements: [Settlement] = []
        settlements.reserveCapacity(group.count)
        for write in group {
            let actions = connection.actionCount
            connection.mayHaveWritten = false
            do {
                settlements.append(try write.run(connection))
            } catch {
                let mustUndo = connection.mayHaveWritten || connection.lostTransaction
                if mustUndo { try connection.startOver() } else { connection.dropActions(beyond: actions) }
                if mustUndo, group.count > 1 { return nil }
                settlements.append { write.fail(error) }
            }
        }
        return settlements
    }

    /// Runs each write in a savepoint, so that those that fail are undone and no others. Answers nil when the transaction is
    /// gone: the caller of the write that took it along has been told, and the others wait for another turn.
    private func oneByOne(_ group: [PendingWrite], _ connection: SQLiteConnection) -> [Settlement]? {
        var settlements: [Settlement] = []
        for (index, write) in group.enumerated() {
            do {
                settlements.append(try connection.inSavepoint(write.run))
            } catch let error where !connection.lostTransaction {
                settlements.append { write.fail(error) }
            } catch {
                // The disk is full or broken, and SQLite has undone the writes before this one too. They may fit without it.
                write.fail(error)
                putBack(group[..<index] + group[(index + 1)...])
                return nil
            }
        }
        return settlements
    }

    private func putBack(_ writes: ArraySlice<PendingWrite>) {
        state.withLock { state in
            state.waiting.insert(contentsOf: writes, at: 0)
            hasWaiting.store(!state.waiting.isEmpty, ordering: .relaxed)
        }
    }
}

/// How well commits are shared: writes by commits.
package struct CommitStatistics: Sendable, Hashable {
    /// Transactions that became durable.
    package var commits = 0
    /// Writes that they carried, failed ones included.
    package var writes = 0
    /// Those that were made on a caller's thread.
    package var loans = 0

    package init(commits: Int = 0, writes: Int = 0, loans: Int = 0) {
        (self.commits, self.writes, self.loans) = (commits, writes, loans)
    }
}
