import ScriberrCore

/// What the performing side of a queue process works with.
struct QueueContext: Sendable {
    let configuration: QueueConfiguration
    let record: InstanceRecord
    let store: any JobStore
    let handler: any JobHandler
    let time: MonotonicTime
    let wallClock: any WallClock
    let log: QueueLog
    let inbox: QueueInbox
}

/// Performs the machine's actions. Decides nothing.
///
/// Store calls and handlers run in tasks of their own, which the run loop does not wait for: each ends by handing an event
/// back, the machine bounds their number, and a store or an engine that hangs must not hold up the end of a shutdown.
struct QueuePerformer {
    private let context: QueueContext
    private var running: [Lease: Running] = [:]
    private(set) var isStopped = false
    let timer: QueueTimer
    private let offer: StandingOffer

    private struct Running {
        let attempt: Attempt
        let task: Task<Void, Never>
    }

    init(context: QueueContext) {
        self.context = context
        timer = QueueTimer(time: context.time) { context.inbox.yield(.tick) }
        offer = StandingOffer(
            leaseTimeout: context.configuration.leaseTimeout,
            now: { Moment(instant: context.time.now(), wall: context.wallClock.now()) },
            report: { context.inbox.yield($0) }
        )
        context.store.keep(offer)
    }

    /// Performs the actions in order. Ends and the claim that goes with them are one turn of the store, and the last of all: their
    /// commit may be made on this thread.
    mutating func perform(_ actions: [QueueAction]) {
        var turn = Turn()
        for action in actions {
            switch action {
            case .call(let id, .finish(let lease, let write, let now)): turn.ends.append(end(id, lease, write, at: now))
            case .call(let id, .claim(let request)): turn.claim = claim(id, request) ?? turn.claim
            default: perform(action)
            }
        }
        if !turn.isEmpty { context.store.start(turn) }
    }

    private func end(_ id: CallID, _ lease: Lease, _ write: TerminalWrite, at now: Timestamp) -> AttemptEnd {
        let inbox = context.inbox
        return AttemptEnd(lease: lease, write: write, at: now) { result in
            switch result {
            case .success(let fenced): inbox.yield(.answered(id, .finished(fenced)))
            case .failure(let error): inbox.yield(.answered(id, StoreAnswer(failure: error)))
            }
        }
    }

    /// Nil for a claim that stood and was taken.
    private func claim(_ id: CallID, _ request: ClaimRequest) -> TakenClaim? {
        guard offer.mayBeMade(id) else { return nil }
        let inbox = context.inbox
        return TakenClaim(request: request) { result in
            switch result {
            case .success(let answer): inbox.yield(.answered(id, .claimed(answer)))
            case .failure(let error): inbox.yield(.answered(id, StoreAnswer(failure: error)))
            }
        }
    }

    private mutating func perform(_ action: QueueAction) {
        switch action {
        case .call(let id, let call): ask(id, call)
        case .stand(let id, let request, let until): offer.stand(id, request, until: until)
        case .withdraw(let id): offer.withdraw(id)
        case .run(let job): run(job)
        case .ask(let lease, let reason): running[lease]?.attempt.stop(reason, isForced: false)
        case .stop(let lease, let reason):
            running[lease]?.attempt.stop(reason, isForced: true)
            running[lease]?.task.cancel()
        case .abandon(let lease):
            running[lease]?.attempt.shut()
            running[lease]?.task.cancel()
            running[lease] = nil
        case .note(let note): context.log.write(note)
        case .stopped: isStopped = true
        }
    }

    /// Lets go of a handler that has ended.
    mutating func forget(_ lease: Lease) { running[lease] = nil }

    private mutating func run(_ job: ClaimedJob) {
        let context = context
        let attempt = Attempt(
            lease: job.lease,
            store: context.store,
            time: context.time,
            wallClock: context.wallClock,
            logger: context.log.logger(for: job.lease),
            report: { context.inbox.yield($0) }
        )
        // Canceled by `.stop` and `.abandon`; its end is an event.
        let task = Task {
            let outcome = await context.handler.outcome(job, attempt)
            attempt.shut()
            context.inbox.yield(.ended(job.lease, outcome))
        }
        running[job.lease] = Running(attempt: attempt, task: task)
    }

    private func ask(_ id: CallID, _ call: StoreCall) {
        let context = context
        // Ends with its answer; the machine forgets it when none comes. It starts on this thread, so that calls reach the
        // store in their order.
        Task.immediate { context.inbox.yield(.answered(id, await context.answer(call))) }
    }
}

extension QueueContext {
    /// Makes a store call and turns whatever comes back into an answer.
    fileprivate func answer(_ call: StoreCall) async -> StoreAnswer {
        do {
            return try await attempt(call)
        } catch {
            return StoreAnswer(failure: error)
        }
    }

    private func attempt(_ call: StoreCall) async throws -> StoreAnswer {
        switch call {
        case .register(let now):
            var record = record
            // The store takes this for the first sign of life, which may come long after the process was made.
            record.startedAt = now
            try await store.register(record)
            return .done
        case .heartbeat(let now):
            try await store.heartbeat(record.id, at: now)
            return .done
        case .unregister:
            try await store.unregister(record.id)
            return .done
        case .claim(let request): return .claimed(try await store.claim(request))
        case .renew(let leases, let expiry, let now):
            return .renewed(try await store.renew(leases, until: expiry, at: now))
        case .recover(let request): return .recovered(try await store.recover(request))
        case .finish(let lease, let write, let now): return .finished(try await store.finish(lease, write, at: now))
        }
    }
}
