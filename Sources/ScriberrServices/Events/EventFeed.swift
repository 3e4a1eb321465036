import ScriberrCore
package import ScriberrStore
import Synchronization

/// The durable event log as streams: each starts with a `snapshot` of the present state or, behind a known place, with what
/// was missed (`gap`, then `snapshot`, when that is no longer kept), and goes on live.
///
/// One task reads the log and encodes each entry once; readers take from what it read last, and one that falls behind reads
/// the log by itself, at its own pace. So a slow reader holds up no one.
package final class EventFeed: Sendable {
    private struct State {
        var recent: RecentMessages?
        var nextReader = 0
        var waiters: [Int: Waiter] = [:]
        var openReaders = 0
        var listeners: [any FeedListener] = []
        var pump: Task<Void, Never>?
        var isClosed = false
        /// 0 while nobody reads the log, 1 while somebody does, 2 when it is to be read once more.
        var pulls = 0
    }

    private struct Waiter {
        var request: FeedRequest
        var continuation: CheckedContinuation<Void, Never>
    }

    private let state = Mutex(State())
    private let database: any Database
    private let signals: StoreSignals
    private let recentMax: Int
    private static let readMax = 500
    /// How often the log is looked at without a notice: entries of other processes.
    private let pollInterval: Duration

    package init(
        database: any Database,
        signals: StoreSignals,
        recentMax: Int = 4_096,
        pollInterval: Duration = .milliseconds(500)
    ) {
        self.database = database
        self.signals = signals
        self.recentMax = recentMax
        self.pollInterval = pollInterval
    }

    deinit { close() }

    /// How many streams are open.
    package var readerCount: Int { state.withLock { $0.openReaders } }

    /// The messages that `request` asks for, until ``close()`` or the task ends.
    package func subscribe(_ request: FeedRequest) -> FeedStream { FeedStream(feed: self, request: request) }

    /// Ends every stream, for good.
    package func close() {
        let (pump, waiters, listeners) = state.withLock { state in
            state.isClosed = true
            defer { (state.pump, state.waiters, state.listeners) = (nil, [:], []) }
            return (state.pump, Array(state.waiters.values), state.listeners)
        }
        pump?.cancel()
        for waiter in waiters { waiter.continuation.resume() }
        for listener in listeners { listener.feedHasClosed() }
    }

    /// Has `listener` hear every message that is read from now on, until ``close()``. Messages are read while there is a reader.
    package func addListener(_ listener: any FeedListener) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.listeners.append(listener) }
            return state.isClosed
        }
        if isClosed { listener.feedHasClosed() }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Counts a reader, and starts reading the log with the first.
    func open() -> Int {
        state.withLock { state in
            state.openReaders += 1
            state.nextReader += 1
            if state.pump == nil, !state.isClosed {
                // Canceled by `close()`, at the latest when the feed goes.
                state.pump = pump()
            }
            return state.nextReader
        }
    }

    func release() { state.withLock { $0.openReaders -= 1 } }

    /// What a reader at `place` gets next from memory; nil when it has to read the log.
    func recent(after place: Int64, _ request: FeedRequest) -> (message: FeedMessage?, place: Int64)? {
        state.withLock { $0.recent?.next(after: place, request.wants) }
    }

    /// Waits until there may be something behind `place` for this reader, the feed is closed or the task canceled; with
    /// `unlessRecent`, only while the newest messages in memory do not reach back to `place`.
    func wait(_ reader: Int, _ request: FeedRequest, after place: Int64, unlessRecent: Bool = false) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let hasNews = state.recent.map { $0.end > place || unlessRecent && $0.start <= place } ?? false
                    if state.isClosed || hasNews || Task.isCancelled { return true }
                    state.waiters[reader] = Waiter(request: request, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: reader) }?.continuation.resume()
        }
    }

    /// Entries behind `place` that the reader wants, straight from the log, and the place it has reached then.
    func read(after place: Int64, _ request: FeedRequest) async throws -> (messages: [FeedMessage], place: Int64) {
        let types = request.types.map { $0.sorted().map(EventType.init(rawValue:)) } ?? []
        return try await database.read { db in
            let latest = try EventLog.latestSequence(db)
            let events = try EventLog.events(
                db,
                after: place,
                owner: request.owner,
                subject: request.subject,
                types: types,
                limit: Self.readMax
            )
            let isAll = events.count < Self.readMax
            return (events.map(FeedMessage.init), isAll ? latest : events.last?.sequence ?? latest)
        }
    }

    /// The first messages of a reader, and the place from which it goes on.
    func beginning(_ request: FeedRequest) async throws -> (messages: [FeedMessage], place: Int64) {
        try await database.read { db in
            let latest = try EventLog.latestSequence(db)
            guard let after = request.after else { return ([try Snapshot.message(db, request, at: latest)], latest) }
            let oldest = try EventLog.oldestSequence(db) ?? latest + 1
            guard after > latest || after < oldest - 1 else { return ([], after) }
            let gap = FeedMessage(
                sequence: latest,
                owner: request.owner,
                name: "gap",
                subject: "",
                data: #"{"after":\#(after),"oldest":\#(oldest)}"#
            )
            return ([gap, try Snapshot.message(db, request, at: latest)], latest)
        }
    }

    /// Reads the log at every notice, and now and then without one.
    private func pump() -> Task<Void, Never> {
        let notices = signals.events.subscribe()
        return Task { [weak self, pollInterval] in
            await withDiscardingTaskGroup { group in
                group.addTask { for await _ in notices { await self?.pull() } }
                group.addTask {
                    while !Task.isCancelled {
                        await self?.pull()
                        // A canceled sleep ends the loop, as it should.
                        try? await Task.sleep(for: pollInterval)
                    }
                }
            }
        }
    }

    /// Reads what is new and wakes those who wait for it. Calls that meet share the work.
    private func pull() async {
        let isFirst = state.withLock { state in
            defer { state.pulls = min(2, state.pulls + 1) }
            return state.pulls == 0
        }
        guard isFirst else { return }
        repeat {
            state.withLock { $0.pulls = 1 }
            do {
                while try await pullSome() {}
            } catch {
                // The database is busy or closed: the next notice or tick tries again.
            }
        } while state.withLock { state in
            if state.pulls == 1 { state.pulls = 0 }
            return state.pulls > 0
        }
    }

    /// True when there may be more.
    private func pullSome() async throws -> Bool {
        guard let place = state.withLock({ $0.recent?.end }) else {
            let latest = try await database.read { try EventLog.latestSequence($0) }
            wake { $0.recent = RecentMessages(from: latest, limit: self.recentMax) }
            return false
        }
        let events = try await database.read { try EventLog.events($0, after: place, limit: Self.readMax) }
        guard !events.isEmpty else { return false }
        let messages = events.map(FeedMessage.init)
        wake(for: messages) { $0.recent?.append(messages) }
        for listener in state.withLock({ $0.listeners }) { listener.hear(messages) }
        return events.count == Self.readMax
    }

    /// Changes the state and wakes the readers that want one of `messages`; all of them when nil.
    private func wake(for messages: [FeedMessage]? = nil, _ change: (inout State) -> Void) {
        let woken = state.withLock { state in
            change(&state)
            let readers = state.waiters.filter { waiter in
                messages?.contains { waiter.value.request.wants($0) } ?? true
            }
            for reader in readers.keys { state.waiters[reader] = nil }
            return readers.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}
