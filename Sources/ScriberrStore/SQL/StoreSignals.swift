package import ScriberrCore
import Synchronization

/// Tells this process what was committed. With SQLite other processes are not told; whoever needs them polls as well.
public final class StoreSignals: Sendable {
    /// The event log has grown.
    package let events: Signal<EventNotice>
    /// The queue has news.
    package let jobs: Signal<JobNotice>

    /// Makes signals that nobody listens to yet.
    public init() { (events, jobs) = (Signal(), Signal()) }

    /// Makes signals that are handed on at once.
    init(onEvents: @escaping @Sendable (EventNotice) -> Void, onJobs: @escaping @Sendable (JobNotice) -> Void) {
        (events, jobs) = (Signal(onRaise: onEvents), Signal(onRaise: onJobs))
    }
}

/// The event log has grown. Read it; the notice does not say what is new, and several entries may share one notice.
package struct EventNotice: Sendable, Hashable {
    package init() {}
}

/// What a worker should look at.
package enum JobNotice: Sendable, Hashable {
    /// A job may be due: claim.
    case due
    /// A job comes due at this time, if nothing else happens to it.
    case dueLater(Timestamp)
    /// Somebody asked for the job under this lease to stop.
    case cancelRequested(Lease)
    /// The job under this lease was deleted: its lease is lost.
    case deleted(Lease)
}

/// Hands notices to whoever subscribed. Never blocks the one who raises it.
package final class Signal<Notice: Sendable & Hashable>: Sendable {
    private struct State {
        var nextSubscription = 0
        var subscribers: [Int: Listener] = [:]
    }

    /// Who hears. A subscription that nobody holds any more is not kept alive for its notices.
    private struct Listener {
        weak var subscription: Subscription?
        var call: (@Sendable (Notice) -> Void)?
    }

    private let state = Mutex(State())
    private let onRaise: (@Sendable (Notice) -> Void)?

    package init(onRaise: (@Sendable (Notice) -> Void)? = nil) { self.onRaise = onRaise }

    /// Notices from now on. A notice equal to one that waits unread is dropped, so that a burst wakes a reader once; beyond
    /// `limit` unread notices new ones are dropped, which is why readers look at the database now and then anyway.
    package func subscribe(limit: Int = 1_024) -> Subscription {
        let subscription = Subscription(limit: limit)
        let number = add(Listener(subscription: subscription))
        subscription.onEnd { [weak self] in self?.remove(number) }
        return subscription
    }

    /// Calls `listener` with each notice while `body` runs, on the thread that raises it, which waits: for what passes a
    /// notice on at once and never blocks.
    package func calling<Value>(
        _ listener: @Sendable @escaping (Notice) -> Void,
        while body: () async throws -> Value
    ) async rethrows -> Value {
        let number = add(Listener(call: listener))
        defer { remove(number) }
        return try await body()
    }

    private func add(_ listener: Listener) -> Int {
        state.withLock { state in
            state.nextSubscription += 1
            state.subscribers[state.nextSubscription] = listener
            return state.nextSubscription
        }
    }

    private func remove(_ number: Int) { _ = state.withLock { $0.subscribers.removeValue(forKey: number) } }

    /// How many listen.
    package var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    /// Hands `notice` to every subscriber.
    package func raise(_ notice: Notice) {
        onRaise?(notice)
        for listener in state.withLock({ Array($0.subscribers.values) }) {
            listener.call?(notice)
            listener.subscription?.push(notice)
        }
    }
}

extension Signal where Notice == EventNotice {
    /// Tells that the log has grown.
    package func raise() { raise(EventNotice()) }
}

extension Signal {
    /// One reader's notices, in order. One task reads them with ``next()`` until it ends; ``end()`` or its cancellation stops it.
    package final class Subscription: Sendable, AsyncSequence, AsyncIteratorProtocol {
        private struct State {
            var unread: [Notice] = []
            var waiter: CheckedContinuation<Notice?, Never>?
            var hasEnded = false
            var cleanUp: (@Sendable () -> Void)?
        }

        private let state = Mutex(State())
        private let limit: Int

        fileprivate init(limit: Int) { self.limit = limit }

        deinit { end() }

        package func makeAsyncIterator() -> Subscription { self }

        /// The next notice; nil once the subscription has ended or the reading task is canceled.
        package func next() async -> Notice? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let ready: Notice?? = state.withLock { state in
                        if !state.unread.isEmpty { return .some(state.unread.removeFirst()) }
                        if state.hasEnded || Task.isCancelled { return .some(nil) }
                        precondition(state.waiter == nil, "A subscription is read by one task at a time.")
                        state.waiter = continuation
                        return nil
                    }
                    if let ready { continuation.resume(returning: ready) }
                }
            } onCancel: {
                end()
            }
        }

        /// Stops the notices and wakes the reader. Harmless when repeated.
        package func end() {
            let (waiter, cleanUp) = state.withLock { state in
                state.hasEnded = true
                defer { (state.waiter, state.cleanUp) = (nil, nil) }
                return (state.waiter, state.cleanUp)
            }
            waiter?.resume(returning: nil)
            cleanUp?()
        }

        fileprivate func onEnd(_ cleanUp: @escaping @Sendable () -> Void) {
            state.withLock { $0.cleanUp = cleanUp }
        }

        fileprivate func push(_ notice: Notice) {
            let waiter = state.withLock { state -> CheckedContinuation<Notice?, Never>? in
                guard !state.hasEnded else { return nil }
                if let waiter = state.waiter {
                    state.waiter = nil
                    return waiter
                }
                if state.unread.count < limit, !state.unread.contains(notice) { state.unread.append(notice) }
                return nil
            }
            waiter?.resume(returning: notice)
        }
    }
}
