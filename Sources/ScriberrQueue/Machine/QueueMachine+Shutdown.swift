import ScriberrCore

/// How far a stop is. Stages are instants, so that one deadline bounds them all.
struct Stopping: Sendable, Hashable {
    /// When handlers that were only asked are told.
    var forceAt: Duration
    /// When handlers that do not end are left behind.
    var abandonAt: Duration
    /// When this process says goodbye whatever is left.
    var unregisterAt: Duration
    /// When it is over, answered or not.
    var endAt: Duration
    /// Whether handlers were told to stop.
    var isForced = false
    /// Whether goodbye was said.
    var isLeaving = false

    /// How long a piece that is under way may take to be finished rather than done again. Supervisors that end a process by force
    /// give it ten seconds as a rule, in which everything else has to end too.
    private static let pieceWait = Duration.seconds(3)

    init(from now: Duration, deadline: Duration) {
        forceAt = now + min(deadline * 0.5, Self.pieceWait)
        abandonAt = now + deadline * 0.8
        unregisterAt = now + deadline * 0.9
        endAt = now + deadline
    }
}

extension QueueMachine {
    var isStopping: Bool {
        if case .stopping = phase { true } else { false }
    }

    var shutdownDueAt: Duration? {
        guard case .stopping(let stopping) = phase else { return nil }
        if stopping.isLeaving { return stopping.endAt }
        let anyAlive = attempts.contains(where: \.handlerIsAlive)
        if anyAlive, !stopping.isForced { return stopping.forceAt }
        return anyAlive ? stopping.abandonAt : stopping.unregisterAt
    }

    /// The first request asks, the second tells, the third leaves.
    mutating func shutdown(_ now: Moment) {
        switch phase {
        case .idle: stopNow()
        case .starting, .running:
            emit(.note(.leaving(running: attempts.count)))
            phase = .stopping(Stopping(from: now.instant, deadline: configuration.shutdownDeadline))
            for index in attempts.indices { stop(at: index, .shutdown, isForced: false, now) }
        case .stopping(var stopping):
            if stopping.isForced { stopping.abandonAt = now.instant }
            stopping.forceAt = now.instant
            phase = .stopping(stopping)
        case .stopped: break
        }
    }

    mutating func advanceShutdown(_ now: Moment) {
        guard case .stopping(var stopping) = phase else { return }
        if stopping.forceAt <= now.instant, !stopping.isForced {
            stopping.isForced = true
            phase = .stopping(stopping)
            for index in attempts.indices { stop(at: index, .shutdown, isForced: true, now) }
        }
        guard stopping.abandonAt <= now.instant else { return }
        for index in attempts.indices where attempts[index].handlerIsAlive { abandon(at: index, now) }
    }

    /// Says goodbye when nothing is left to wait for, or when it is time.
    mutating func concludeShutdown(_ now: Moment) {
        guard case .stopping(var stopping) = phase else { return }
        if stopping.endAt <= now.instant {
            stopNow()
            return
        }
        let isClaiming = calls.count { if case .claim = $0 { true } else { false } } > 0
        let isDone = attempts.isEmpty && !isClaiming
        guard !stopping.isLeaving, isDone || stopping.unregisterAt <= now.instant else { return }
        guard upkeep.isRegistered || calls.count(where: { $0 == .register }) > 0 else {
            stopNow()
            return
        }
        stopping.isLeaving = true
        phase = .stopping(stopping)
        call(.unregister, .unregister, now)
    }

    mutating func unregistered() {
        guard isStopping else { return }
        stopNow()
    }

    private mutating func stopNow() {
        for attempt in attempts where attempt.handlerIsAlive { emit(.abandon(attempt.lease)) }
        emit(.note(.left(unfinished: attempts.count { !$0.isSettled })))
        attempts = []
        phase = .stopped
        emit(.stopped)
    }
}
