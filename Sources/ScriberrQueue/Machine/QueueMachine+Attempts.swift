import ScriberrCore

extension QueueMachine {
    func dueAt(_ attempt: RunningAttempt) -> Duration? {
        var times: [Duration] = []
        if !attempt.isSettled { times.append(attempt.leaseDeadline) }
        if attempt.handlerIsAlive, let forcedAt = attempt.stop?.forcedAt {
            times.append(forcedAt + configuration.stopGrace)
        } else if attempt.handlerIsAlive {
            times.append(min(attempt.limitAt, attempt.lastActivity + configuration.limits.stall))
        }
        if let write = attempt.pendingWrite, write.call == nil { times.append(write.nextTryAt) }
        return times.min()
    }

    /// Tells a handler to stop. A stronger reason or a firmer request replaces what it was told before.
    mutating func stop(at index: Int, _ reason: StopReason, isForced: Bool, _ now: Moment) {
        let attempt = attempts[index]
        guard attempt.isOpen || reason == .leaseLost else { return }
        let isStronger = attempt.stop.map { reason.strength > $0.reason.strength } ?? true
        let isFirmer = isForced && attempt.stop?.forcedAt == nil
        guard isStronger || isFirmer else { return }
        let valid = isStronger ? reason : attempt.stop?.reason ?? reason
        attempts[index].stop = .init(reason: valid, forcedAt: attempt.stop?.forcedAt ?? (isForced ? now.instant : nil))
        guard attempt.handlerIsAlive else { return }
        if reason != .leaseLost { emit(.note(.stopping(attempt.lease, valid))) }
        emit(isForced ? .stop(attempt.lease, valid) : .ask(attempt.lease, valid))
    }

    mutating func stopOverdueAttempts(_ now: Moment) {
        for index in attempts.indices where attempts[index].handlerIsAlive && attempts[index].stop?.forcedAt == nil {
            if attempts[index].limitAt <= now.instant {
                speeds.timedOut(attempts[index].claimed.job)
                stop(at: index, .timeout, isForced: true, now)
            } else if attempts[index].lastActivity + configuration.limits.stall <= now.instant {
                stop(at: index, .stall, isForced: true, now)
            }
        }
    }

    /// Goes on without handlers that were told to stop and did not. Their end is decided as if they had stopped.
    mutating func abandonDeafHandlers(_ now: Moment) {
        for index in attempts.indices {
            guard attempts[index].handlerIsAlive, let forcedAt = attempts[index].stop?.forcedAt else { continue }
            guard forcedAt + configuration.stopGrace <= now.instant else { continue }
            abandon(at: index, now)
        }
    }

    mutating func abandon(at index: Int, _ now: Moment) {
        let lease = attempts[index].lease
        counts.abandoned += 1
        abandoned.insert(lease)
        emit(.note(.abandoned(lease)))
        emit(.abandon(lease))
        handlerEnded(at: index, .released, now)
    }

    mutating func ended(_ lease: Lease, _ outcome: AttemptOutcome, _ now: Moment) {
        if abandoned.remove(lease) != nil {
            emit(.note(.abandonedEnded(lease)))
            claiming.isWanted = true
            return
        }
        withAttempt(lease) { machine, index in
            guard machine.attempts[index].handlerIsAlive else { return }
            machine.handlerEnded(at: index, outcome, now)
        }
    }

    private mutating func handlerEnded(at index: Int, _ outcome: AttemptOutcome, _ now: Moment) {
        attempts[index].handlerIsAlive = false
        if attempts[index].isOpen { decide(at: index, outcome, now) }
    }

    private mutating func decide(at index: Int, _ outcome: AttemptOutcome, _ now: Moment) {
        let attempt = attempts[index]
        let decision = OutcomeDecision(
            stop: attempt.stop?.reason,
            outcome: outcome,
            job: attempt.claimed.job,
            retry: configuration.retry,
            now: now.wall,
            random: random.fraction()
        )
        if let error = decision.error { emit(.note(.failed(attempt.lease, error))) }
        if let write = decision.write {
            attempts[index].settlement = .writing(.init(write: write, nextTryAt: now.instant))
        } else {
            loseLease(at: index, now)
        }
    }

    /// Makes the terminal writes that are due: at once, and again after a failure as long as the lease holds.
    mutating func writeEnds(_ now: Moment) {
        for index in attempts.indices {
            guard var pending = attempts[index].pendingWrite, pending.call == nil else { continue }
            guard pending.nextTryAt <= now.instant else { continue }
            let lease = attempts[index].lease
            pending.call = call(.finish(lease), .finish(lease, pending.write, at: now.wall), now)
            pending.tries += 1
            attempts[index].settlement = .writing(pending)
            if attempts[index].isAsGoodAsOver { claiming.isWanted = true }
        }
    }

    mutating func finishAnswered(_ id: CallID, _ lease: Lease, _ answer: StoreAnswer, _ now: Moment) {
        withAttempt(lease) { machine, index in
            guard let pending = machine.attempts[index].pendingWrite, pending.call == id else { return }
            switch answer {
            case .finished(.applied), .finished(.appliedButCancelRequested): machine.settled(at: index, pending, now)
            case .finished(.leaseLost): machine.loseLease(at: index, now)
            case .failed(let error): machine.finishFailed(at: index, pending, error, now)
            default: break
            }
        }
    }

    private mutating func settled(at index: Int, _ pending: RunningAttempt.PendingWrite, _ now: Moment) {
        let attempt = attempts[index]
        let took = now.instant - attempt.startedAt
        emit(.note(.finished(attempt.claimed, pending.write, took: took)))
        counts.count(pending.write)
        if case .complete(let result) = pending.write, attempt.lease.attempt == 1 {
            speeds.completed(attempt.claimed.job, audioSeconds: result.audioSeconds, took: took)
        }
        if case .release = pending.write, attempt.stop == nil {
            // The handler gave the job back by itself; taking it again at once would go round in circles.
            claiming.notBefore = now.instant + configuration.pollInterval
        }
        attempts[index].settlement = .settled
    }

    private mutating func finishFailed(
        at index: Int,
        _ pending: RunningAttempt.PendingWrite,
        _ error: ScriberrError,
        _ now: Moment
    ) {
        counts.storeFailures += 1
        emit(.note(.storeTrouble(operation: pending.write.name, lease: attempts[index].lease, error)))
        var next = pending
        next.call = nil
        next.nextTryAt = now.instant + backoff(after: pending.tries)
        attempts[index].settlement = .writing(next)
    }

    /// Frees the slots of attempts whose handler is gone and whose end is stored, and asks for the next job at once.
    mutating func freeSlotsOfEnded() {
        let before = attempts.count
        attempts.removeAll { $0.isSettled && !$0.handlerIsAlive }
        if attempts.count < before { claiming.isWanted = true }
    }
}
