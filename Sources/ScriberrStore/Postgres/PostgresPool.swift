import Foundation
import ScriberrCore
import Synchronization

/// Threads that run transactions, one session each, made as they are needed.
final class PostgresPool: Sendable {
    private struct State {
        var waiting: [Order] = []
        var threads = 0
        /// Of those, how many tell their callers, and take the next order then.
        var settling = 0
        var reading = 0
        var idle: [DispatchSemaphore] = []
        var isClosed = false
        var isAway = false
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    /// A transaction that waits for its turn, without the type of its answer.
    private struct Order: Sendable {
        let isReading: Bool
        let deadline: ContinuousClock.Instant
        /// Runs the body; what it answers tells the caller, and is called once the transaction has ended well.
        let run: @Sendable (PostgresConnection) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private let state = Mutex(State())
    private let address: PostgresAddress
    private let settings: PostgresSettings
    private let signals: StoreSignals
    private let warn: @Sendable (String) -> Void

    init(
        address: PostgresAddress,
        settings: PostgresSettings,
        signals: StoreSignals,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.address = address
        self.settings = settings
        self.signals = signals
        self.warn = warn
    }

    func run<Value: Sendable>(
        isReading: Bool,
        _ body: @Sendable @escaping (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            add(
                Order(
                    isReading: isReading,
                    deadline: .now + settings.patience,
                    run: { connection in
                        let value = try body(connection)
                        return { continuation.resume(returning: value) }
                    },
                    fail: { continuation.resume(throwing: $0) }
                )
            )
        }
    }

    /// Runs `body` in a writing transaction; what it answers is called once that is durable. `fail` is called instead when it
    /// is not. Both are called on a session's thread, which waits for them, or on the caller's.
    func submit(
        _ body: @Sendable @escaping (PostgresConnection) throws -> @Sendable () -> Void,
        fail: @Sendable @escaping (any Error) -> Void
    ) {
        add(Order(isReading: false, deadline: .now + settings.patience, run: body, fail: fail))
    }

    /// Refuses further transactions, and waits for those that were accepted and for the sessions to end.
    func close() async {
        await withCheckedContinuation { continuation in
            let (isDone, idle) = state.withLock { state in
                state.isClosed = true
                if state.threads > 0 { state.closeWaiters.append(continuation) }
                defer { state.idle = [] }
                return (state.threads == 0, state.idle)
            }
            for semaphore in idle { semaphore.signal() }
            if isDone { continuation.resume() }
        }
    }

    private func add(_ order: Order) {
        enum Step { case refuse, wake(DispatchSemaphore), spawn, wait }
        let step = state.withLock { state -> Step in
            if state.isClosed { return .refuse }
            state.waiting.append(order)
            // Whoever was just answered comes again: the session that answered has everything at hand, and needs no waking.
            if state.waiting.count <= state.settling { return .wait }
            if let semaphore = state.idle.popLast() { return .wake(semaphore) }
            guard state.threads < settings.sessions else { return .wait }
            state.threads += 1
            return .spawn
        }
        switch step {
        case .refuse: order.fail(closedError())
        case .wake(let semaphore): semaphore.signal()
        // Ends when the pool is closed.
        case .spawn: Thread.detachNewThread { [self] in serve() }
        case .wait: break
        }
    }

    /// The next order that may run now; nil when there is none, after `semaphore` was put among the idle ones.
    private func next(_ semaphore: DispatchSemaphore) -> (order: Order?, mustEnd: Bool) {
        state.withLock { state in
            let readersMax = max(1, settings.sessions - 2)
            let index = state.waiting.firstIndex { !$0.isReading || state.reading < readersMax }
            guard let index else {
                let mustEnd = state.isClosed && state.waiting.isEmpty
                if !mustEnd { state.idle.append(semaphore) }
                return (nil, mustEnd)
            }
            let order = state.waiting.remove(at: index)
            if order.isReading { state.reading += 1 }
            return (order, false)
        }
    }

    private func serve() {
        let semaphore = DispatchSemaphore(value: 0)
        var session: PostgresSession?
        while true {
            let (order, mustEnd) = next(semaphore)
            if mustEnd { break }
            guard let order else {
                semaphore.wait()
                continue
            }
            let hasSettled = run(order, &session)
            // A reader that was held back may go now. This thread takes one itself.
            let woken = state.withLock { state -> DispatchSemaphore? in
                if order.isReading { state.reading -= 1 }
                if hasSettled { state.settling -= 1 }
                return state.waiting.count < 2 && !state.isClosed ? nil : state.idle.popLast()
            }
            woken?.signal()
        }
        session = nil
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.threads -= 1
            guard state.threads == 0 else { return [] }
            defer { state.closeWaiters = [] }
            return state.closeWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Whether the thread counts as settling, as it does once the transaction has ended well.
    private func run(_ order: Order, _ session: inout PostgresSession?) -> Bool {
        var tries = 0
        while true {
            let live: PostgresSession
            do {
                live = try connected(&session, until: order.deadline)
            } catch {
                order.fail(postgresError(error))
                return false
            }
            let connection = PostgresConnection(live, isReading: order.isReading, signals: signals)
            do {
                let settle = try order.run(connection)
                let actions = try connection.commit()
                state.withLock { $0.settling += 1 }
                for action in actions { action() }
                settle()
                return true
            } catch {
                connection.abandon()
                if live.isLost { session = nil }
                tries += 1
                guard tries < settings.triesMax, mayTryAgain(error, connection) else {
                    order.fail(postgresError(error))
                    return false
                }
                // Those that met must not meet again at once.
                Thread.sleep(forTimeInterval: .random(in: 0.0005...0.005) * Double(tries))
            }
        }
    }

    private func mayTryAgain(_ error: any Error, _ connection: PostgresConnection) -> Bool {
        guard let failure = error as? PostgresFailure else { return false }
        return failure.isConflict || failure.isLoss && !connection.mayHaveCommitted
    }

    private func connected(_ session: inout PostgresSession?, until deadline: ContinuousClock.Instant) throws -> PostgresSession {
        if let session, session.seemsAlive() { return session }
        session = nil
        while true {
            do {
                let made = try PostgresSession(address, settings)
                session = made
                note(isAway: false)
                return made
            } catch let failure as PostgresFailure {
                note(isAway: true)
                guard failure.isLoss, ContinuousClock.now < deadline else { throw failure }
                Thread.sleep(forTimeInterval: .random(in: 0.05...0.25))
            }
        }
    }

    private func note(isAway: Bool) {
        let isNews = state.withLock { state in
            defer { state.isAway = isAway }
            return state.isAway != isAway
        }
        if isNews { warn(isAway ? "PostgreSQL cannot be reached; work waits for it" : "PostgreSQL can be reached again") }
    }
}
