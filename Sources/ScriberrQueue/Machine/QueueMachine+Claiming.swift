import ScriberrCore

/// When to ask for work.
struct Claiming: Sendable {
    /// A wake-up came, a slot came free, or the last answer was full: there may be work right now.
    var isWanted = true
    /// When to ask although nobody said so.
    var pollAt = Duration.zero
    /// Not before this, after a failure.
    var notBefore = Duration.zero
    var failuresInARow = 0
}

extension QueueMachine {
    /// Slots that a claim may fill. A slot is free as soon as its end is on its way to the store, so that the next claim
    /// travels with it; an end that has to be written again holds its slot. Abandoned handlers hold one each beyond the
    /// first ``QueueConfiguration/workers``.
    var freeSlots: Int {
        let held = max(0, abandoned.count - configuration.workers)
        let promised = calls.count { if case .claim = $0 { true } else { false } }
        // Bounded, in case the store gives jobs but never answers to results.
        let leaving = min(configuration.workers, attempts.count(where: \.isAsGoodAsOver))
        return promised > 0 ? 0 : max(0, configuration.workers - (attempts.count - leaving) - held)
    }

    var mayClaim: Bool { phase == .running && !isPaused && freeSlots > 0 }

    var claimDueAt: Duration? {
        guard mayClaim else { return nil }
        return max(claiming.isWanted ? .zero : claiming.pollAt, claiming.notBefore)
    }

    mutating func claimIfDue(_ now: Moment) {
        guard let dueAt = claimDueAt, dueAt <= now.instant, !isDeaf(now) else { return }
        claiming.isWanted = false
        counts.claims += 1
        let count = freeSlots
        call(.claim(count), .claim(claimRequest(count, now)), as: standing?.id, now)
        standing = nil
    }

    func claimRequest(_ count: Int, _ now: Moment) -> ClaimRequest {
        ClaimRequest(
            instance: instance,
            count: count,
            leaseExpiresAt: now.wall + configuration.leaseTimeout,
            policy: configuration.policy,
            maxRunningPerOwner: configuration.maxRunningPerOwner,
            offer: configuration.offer,
            now: now.wall
        )
    }

    mutating func claimAnswered(_ call: CallLedger.Call, _ answer: StoreAnswer, _ now: Moment) {
        claiming.pollAt = now.instant + jittered(configuration.pollInterval)
        guard case .claimed(let claimed) = answer, case .claim(let asked) = call.kind else {
            claimFailed(answer, now)
            return
        }
        claiming.failuresInARow = 0
        claiming.notBefore = .zero
        if claimed.jobs.count >= asked { claiming.isWanted = true }
        if let due = claimed.nextDue {
            // A due time that has just passed must not turn into a loop without a pause.
            claiming.pollAt = min(claiming.pollAt, now.instant + max(due - now.wall, .milliseconds(10)))
        }
        for job in claimed.jobs { accept(job, claimedAt: call.startedAt, now) }
    }

    private mutating func claimFailed(_ answer: StoreAnswer, _ now: Moment) {
        guard case .failed(let error) = answer else { return }
        emit(.note(.storeTrouble(operation: "claim", lease: nil, error)))
        counts.storeFailures += 1
        claiming.failuresInARow += 1
        claiming.isWanted = true
        claiming.notBefore = now.instant + backoff(after: claiming.failuresInARow)
    }

    /// Starts a job that the store gave; hands it back when there is no use for it any more.
    private mutating func accept(_ job: ClaimedJob, claimedAt: Duration, _ now: Moment) {
        guard !attempts.contains(where: { $0.lease == job.lease }) else { return }
        var attempt = RunningAttempt(
            claimed: job,
            startedAt: now.instant,
            leaseDeadline: claimedAt + patience,
            lastActivity: now.instant,
            limitAt: now.instant + speeds.limit(for: job.job)
        )
        guard attempt.leaseDeadline > now.instant else { return }
        if phase == .running, !isDeaf(now), claimedAt >= upkeep.heardSince {
            // The claim was the first renewal.
            if attempts.allSatisfy({ !$0.isOpen }) { upkeep.renewAt = claimedAt + configuration.renewInterval }
            counts.claimed += 1
            let waited = max(now.wall - max(job.job.queuedAt, job.job.runAfter), .zero)
            emit(.note(.claimed(job, waited: waited)))
            emit(.run(job))
        } else {
            attempt.handlerIsAlive = false
            attempt.settlement = .writing(.init(write: .release, nextTryAt: now.instant))
        }
        attempts.append(attempt)
    }

    /// The wait before a store call that failed is made again: 50 ms, doubled up to five seconds.
    func backoff(after failures: Int) -> Duration {
        min(.milliseconds(50) * (1 << min(max(failures - 1, 0), 10)), .seconds(5))
    }

    /// The duration, longer or shorter by up to a tenth, so that processes do not move in step.
    mutating func jittered(_ duration: Duration) -> Duration { duration * (0.9 + 0.2 * random.fraction()) }
}
