import ScriberrCore

extension QueueMachine {
    /// Leases worth keeping: of attempts whose end is not decided. A decided end has the rest of its lease to be stored.
    private var leasesToRenew: [Lease] { attempts.filter(\.isOpen).map(\.lease) }

    var renewDueAt: Duration? { leasesToRenew.isEmpty ? nil : upkeep.renewAt }

    /// One call for all leases. The next one is made in time whether or not this one was answered.
    mutating func renewIfDue(_ now: Moment) {
        guard let dueAt = renewDueAt, dueAt <= now.instant else { return }
        upkeep.renewAt = now.instant + configuration.renewInterval
        call(.renew, .renew(leasesToRenew, until: now.wall + configuration.leaseTimeout, at: now.wall), now)
    }

    mutating func renewAnswered(_ call: CallLedger.Call, _ answer: StoreAnswer, _ now: Moment) {
        switch answer {
        case .renewed(let leases):
            for each in leases { withAttempt(each.lease) { $0.leaseAnswered(at: $1, each.fenced, call.startedAt, now) } }
        case .failed(let error):
            counts.storeFailures += 1
            emit(.note(.storeTrouble(operation: "renew", lease: nil, error)))
            upkeep.renewAt = min(upkeep.renewAt, now.instant + configuration.renewInterval / 4)
        default: break
        }
    }

    private mutating func leaseAnswered(at index: Int, _ fenced: Fenced, _ renewedAt: Duration, _ now: Moment) {
        switch fenced {
        case .leaseLost: loseLease(at: index, now)
        case .applied, .appliedButCancelRequested:
            // Counted from when the call was made: the store may have stored it at once and answered late.
            attempts[index].leaseDeadline = max(attempts[index].leaseDeadline, renewedAt + patience)
            if fenced == .appliedButCancelRequested { stop(at: index, .cancel, isForced: true, now) }
        }
    }

    /// Gives up what this process can no longer be sure of, before another can have it.
    mutating func expireLeases(_ now: Moment) {
        let isDeaf = isDeaf(now)
        for index in attempts.indices {
            if attempts[index].leaseDeadline <= now.instant {
                loseLease(at: index, now)
            } else if isDeaf, attempts[index].isOpen {
                handBack(at: index, now)
            }
        }
    }

    /// Stops the handler of a job that others may have taken, and releases it in case nobody has: it would wait for the end
    /// of its lease otherwise. An end that is already decided goes on being written; both are fenced.
    private mutating func handBack(at index: Int, _ now: Moment) {
        loseLease(at: index, now)
        attempts[index].settlement = .writing(.init(write: .release, nextTryAt: now.instant))
    }

    /// Stops the handler and stores nothing.
    mutating func loseLease(at index: Int, _ now: Moment) {
        let attempt = attempts[index]
        guard !attempt.isSettled else { return }
        counts.leasesLost += 1
        emit(.note(.leaseLost(attempt.lease, unsaved: attempt.pendingWrite?.write.name)))
        attempts[index].settlement = .settled
        stop(at: index, .leaseLost, isForced: true, now)
    }
}
