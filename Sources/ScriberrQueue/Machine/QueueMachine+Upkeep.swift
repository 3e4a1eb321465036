import ScriberrCore

/// When the calls that keep a process known, its leases kept and dead processes' work in motion are due.
struct Upkeep: Sendable {
    var isRegistered = false
    var registerAt = Duration.zero
    var failuresInARow = 0
    var heartbeatAt = Duration.zero
    var renewAt = Duration.zero
    var recoverAt = Duration.zero
    /// Until when others take this process for alive, less the margin; nil before it was registered.
    var heardUntil: Duration?
    /// Since when that was so without a gap. What was asked for before may have been taken back.
    var heardSince = Duration.zero
}

extension QueueMachine {
    var upkeepDueAt: Duration? {
        if phase == .starting, !upkeep.isRegistered { return isCalling(.register) ? nil : upkeep.registerAt }
        guard upkeep.isRegistered else { return nil }
        return [
            isCalling(.heartbeat) ? nil : upkeep.heartbeatAt,
            isCalling(.recover) || isStopping ? nil : upkeep.recoverAt,
            attempts.contains(where: \.isOpen) ? upkeep.heardUntil : nil,
        ].compactMap { $0 }.min()
    }

    /// Whether the others may have taken this process for dead: what it asked for now would be taken back at once.
    func isDeaf(_ now: Moment) -> Bool { upkeep.heardUntil.map { $0 <= now.instant } ?? true }

    private func isCalling(_ kind: CallLedger.Kind) -> Bool { calls.count { $0 == kind } > 0 }

    mutating func start(_ now: Moment) {
        guard phase == .idle else { return }
        phase = .starting
        upkeep.registerAt = now.instant
    }

    mutating func keepUp(_ now: Moment) {
        if phase == .starting, !upkeep.isRegistered {
            guard !isCalling(.register), upkeep.registerAt <= now.instant else { return }
            call(.register, .register(at: now.wall), now)
            return
        }
        guard upkeep.isRegistered else { return }
        if !isCalling(.heartbeat), upkeep.heartbeatAt <= now.instant {
            call(.heartbeat, .heartbeat(at: now.wall), now)
        }
        if !isCalling(.recover), !isStopping, upkeep.recoverAt <= now.instant {
            let request = RecoveryRequest(
                instance: instance,
                deadBefore: now.wall - configuration.deadAfter,
                crashLimit: configuration.crashLimit,
                now: now.wall
            )
            call(.recover, .recover(request), now)
        }
    }

    mutating func upkeepAnswered(_ call: CallLedger.Call, _ answer: StoreAnswer, _ now: Moment) {
        if case .failed(let error) = answer {
            upkeepFailed(call.kind, error, now)
            return
        }
        upkeep.failuresInARow = 0
        switch call.kind {
        case .register:
            upkeep.isRegistered = true
            upkeep.recoverAt = now.instant
            heard(at: call.startedAt, now)
        case .heartbeat: heard(at: call.startedAt, now)
        case .unregister: unregistered()
        default: break
        }
    }

    private mutating func heard(at time: Duration, _ now: Moment) {
        if isDeaf(now) {
            expireLeases(now)
            upkeep.heardSince = now.instant
        }
        let margin = min(configuration.leaseMargin, configuration.deadAfter / 6)
        upkeep.heardUntil = max(upkeep.heardUntil ?? .zero, time + configuration.deadAfter - margin)
        upkeep.heartbeatAt = time + configuration.heartbeatInterval
    }

    private mutating func upkeepFailed(_ kind: CallLedger.Kind, _ error: ScriberrError, _ now: Moment) {
        counts.storeFailures += 1
        upkeep.failuresInARow += 1
        let again = now.instant + backoff(after: upkeep.failuresInARow)
        switch kind {
        case .register:
            emit(.note(.storeTrouble(operation: "register", lease: nil, error)))
            upkeep.registerAt = again
        case .heartbeat:
            emit(.note(.storeTrouble(operation: "heartbeat", lease: nil, error)))
            upkeep.heartbeatAt = again
        default: unregistered()
        }
    }

    /// The first answer ends the start: only then is new work asked for, so that recovered jobs keep their place.
    mutating func recoverAnswered(_ answer: StoreAnswer, _ now: Moment) {
        upkeep.recoverAt = now.instant + jittered(configuration.recoverInterval)
        var recovered: [RecoveredJob] = []
        switch answer {
        case .recovered(let jobs): recovered = jobs
        case .failed(let error):
            counts.storeFailures += 1
            emit(.note(.storeTrouble(operation: "recover", lease: nil, error)))
            upkeep.recoverAt = now.instant + min(configuration.recoverInterval, .seconds(1))
        default: break
        }
        counts.recovered += recovered.count
        if phase == .starting {
            phase = .running
            emit(.note(.started(recovered: recovered.count)))
        }
        guard !recovered.isEmpty else { return }
        emit(.note(.recovered(recovered)))
        claiming.isWanted = true
        // Its own jobs among them were lost: the lease ended before this process noticed.
        for job in recovered { withAttempt(job.lease) { $0.loseLease(at: $1, now) } }
    }
}
