package import ScriberrCore

/// The life of one queue process as a pure state machine: events in, actions out. No tasks, no clock, no store of its own.
///
/// The caller performs the actions of ``handle(_:at:)`` in order and delivers ``QueueEvent/tick`` no later than
/// ``nextDeadline``. What the machine promises, whatever the store and the handlers do:
/// - never more claims than free slots, never two runs of one lease;
/// - a lease that a renewal did not keep is given up by the machine's own clock before it ends in the store;
/// - each attempt gets at most one kind of terminal write, repeated until it is answered or the lease is over;
/// - a stop comes to an end within ``QueueConfiguration/shutdownDeadline``.
package struct QueueMachine: Sendable {
    let configuration: QueueConfiguration
    let instance: InstanceID
    var random: SeededRandom
    var phase = Phase.idle
    var isPaused = false
    var attempts: [RunningAttempt] = []
    /// Handlers that did not end when told. They write nothing; up to ``QueueConfiguration/workers`` of them hold no slot.
    var abandoned: Set<Lease> = []
    var speeds: SpeedBook
    var calls = CallLedger()
    var claiming = Claiming()
    var standing: Standing?
    var upkeep = Upkeep()
    var counts = QueueCounts()
    private var last: Moment?
    private var actions: [QueueAction] = []

    /// A machine that waits for ``QueueEvent/start``.
    package init(configuration: QueueConfiguration, instance: InstanceID, random: SeededRandom) {
        self.configuration = configuration
        self.instance = instance
        self.random = random
        speeds = SpeedBook(limits: configuration.limits)
    }

    /// Where a process is in its life.
    enum Phase: Sendable, Hashable {
        case idle
        /// Makes itself known and takes back what its predecessors held.
        case starting
        case running
        case stopping(Stopping)
        case stopped
    }

    /// Takes in what happened and answers what is to be done about it, in order.
    package mutating func handle(_ event: QueueEvent, at now: Moment) -> [QueueAction] { handle([event], at: now) }

    /// The same for events that came together: what news of the store and of handlers leads to is decided once for all of it, so that
    /// one claim is for all slots that came free.
    package mutating func handle(_ events: [QueueEvent], at now: Moment) -> [QueueAction] {
        noticeClockJump(now)
        for (index, event) in events.enumerated() {
            take(event, now)
            let isLast = index == events.count - 1
            if isLast || !event.isNews { advance(now) }
        }
        defer { actions = [] }
        return actions
    }

    /// When ``QueueEvent/tick`` is due at the latest; nil when only other events can move the machine.
    package var nextDeadline: Duration? {
        guard phase != .idle, phase != .stopped else { return nil }
        // A process that is taken for dead asks for nothing until it is heard again; that answer moves it on.
        let claimDueAt = last.map(isDeaf) ?? true ? nil : claimDueAt
        let dueTimes = [claimDueAt, upkeepDueAt, renewDueAt, calls.nextOverdue(patience), shutdownDueAt] + attempts.map(dueAt)
        return dueTimes.compactMap { $0 }.min()
    }

    /// How long the answer to a store call is waited for: past it, a lease that the call gave is over.
    var patience: Duration { configuration.leaseTimeout - configuration.leaseMargin }

    private mutating func take(_ event: QueueEvent, _ now: Moment) {
        switch event {
        case .start: start(now)
        case .tick: break
        case .wake: claiming.isWanted = true
        case .answered(let id, let answer): answered(id, answer, now)
        case .taken(let id, let moment): taken(id, moment)
        case .withdrawn(let id): _ = calls.close(id)
        case .ended(let lease, let outcome): ended(lease, outcome, now)
        case .active(let lease): withAttempt(lease) { $0.attempts[$1].lastActivity = now.instant }
        case .refused(let lease): withAttempt(lease) { $0.loseLease(at: $1, now) }
        case .cancelRequested(let lease): withAttempt(lease) { $0.stop(at: $1, .cancel, isForced: true, now) }
        case .pause: isPaused = true
        case .resume:
            isPaused = false
            claiming.isWanted = true
        case .shutdown: shutdown(now)
        }
    }

    /// Does whatever is due by now. Every part looks at the clock itself, so a late or early tick does no harm.
    private mutating func advance(_ now: Moment) {
        guard phase != .idle, phase != .stopped else { return }
        forgetOverdueCalls(now)
        expireLeases(now)
        stopOverdueAttempts(now)
        advanceShutdown(now)
        abandonDeafHandlers(now)
        freeSlotsOfEnded()
        writeEnds(now)
        renewIfDue(now)
        keepUp(now)
        claimIfDue(now)
        standBy(now)
        concludeShutdown(now)
    }

    private mutating func answered(_ id: CallID, _ answer: StoreAnswer, _ now: Moment) {
        guard let call = calls.close(id) else { return }
        switch call.kind {
        case .register, .heartbeat, .unregister: upkeepAnswered(call, answer, now)
        case .recover: recoverAnswered(answer, now)
        case .claim: claimAnswered(call, answer, now)
        case .renew: renewAnswered(call, answer, now)
        case .finish(let lease): finishAnswered(id, lease, answer, now)
        }
    }

    private mutating func forgetOverdueCalls(_ now: Moment) {
        for (id, call) in calls.closeOverdue(patience, now.instant) {
            let error = ScriberrError(.storageFailed, "The store did not answer.")
            switch call.kind {
            case .register, .heartbeat, .unregister: upkeepAnswered(call, .failed(error), now)
            case .recover: recoverAnswered(.failed(error), now)
            case .claim: claimAnswered(call, .failed(error), now)
            case .renew: renewAnswered(call, .failed(error), now)
            case .finish(let lease): finishAnswered(id, lease, .failed(error), now)
            }
        }
    }

    /// A jump of the wall clock may make leases look ended to reapers. Renew first, and let others do so before reaping.
    private mutating func noticeClockJump(_ now: Moment) {
        defer { last = now }
        guard let last else { return }
        let jump = (now.wall - last.wall) - (now.instant - last.instant)
        guard jump > .seconds(1) || jump < .seconds(-1) else { return }
        emit(.note(.clockJumped(by: jump)))
        claiming.isWanted = true
        upkeep.renewAt = now.instant
        upkeep.heartbeatAt = now.instant
        upkeep.recoverAt = max(upkeep.recoverAt, now.instant + configuration.renewInterval)
    }

    mutating func emit(_ action: QueueAction) { actions.append(action) }

    /// Asks the store and answers the call's name.
    @discardableResult
    mutating func call(_ kind: CallLedger.Kind, _ call: StoreCall, as name: CallID? = nil, _ now: Moment) -> CallID {
        let id = name ?? calls.name()
        calls.open(kind, as: id, now.instant)
        emit(.call(id, call))
        return id
    }

    mutating func withAttempt(_ lease: Lease, _ body: (inout QueueMachine, Int) -> Void) {
        guard let index = attempts.firstIndex(where: { $0.lease == lease }) else { return }
        body(&self, index)
    }
}

/// Store calls whose answer is awaited.
struct CallLedger: Sendable {
    private var calls: [CallID: Call] = [:]
    private var nextNumber = 0

    enum Kind: Sendable, Hashable {
        case register, heartbeat, unregister, recover
        case claim(Int)
        case renew
        case finish(Lease)
    }

    struct Call: Sendable {
        let kind: Kind
        let startedAt: Duration
    }

    /// A name for a call that may be made later.
    mutating func name() -> CallID {
        defer { nextNumber += 1 }
        return CallID(number: nextNumber)
    }

    /// Waits for the answer to a call from now on.
    mutating func open(_ kind: Kind, as id: CallID, _ now: Duration) { calls[id] = Call(kind: kind, startedAt: now) }

    /// The call was begun before it was asked for.
    mutating func backdate(_ id: CallID, to time: Duration) {
        guard let call = calls[id] else { return }
        calls[id] = Call(kind: call.kind, startedAt: min(call.startedAt, time))
    }

    /// The call that `id` names, once.
    mutating func close(_ id: CallID) -> Call? { calls.removeValue(forKey: id) }

    /// Calls that have waited for `patience`; each is closed, so a later answer finds nothing.
    mutating func closeOverdue(_ patience: Duration, _ now: Duration) -> [(CallID, Call)] {
        let overdue = calls.filter { $0.value.startedAt + patience <= now }.sorted { $0.key.number < $1.key.number }
        for (id, _) in overdue { calls[id] = nil }
        return overdue.map { ($0.key, $0.value) }
    }

    func nextOverdue(_ patience: Duration) -> Duration? { calls.values.map { $0.startedAt + patience }.min() }

    func count(where isKind: (Kind) -> Bool) -> Int { calls.values.count { isKind($0.kind) } }
}
