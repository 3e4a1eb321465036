import ScriberrCore

/// One attempt of this process, from its claim to the end of both its handler and its last write.
struct RunningAttempt: Sendable {
    let claimed: ClaimedJob
    let startedAt: Duration
    /// This process gives the job up at this instant unless a renewal moves it.
    var leaseDeadline: Duration
    /// The handler's last sign of progress.
    var lastActivity: Duration
    /// When the attempt has taken too long as a whole.
    let limitAt: Duration
    var stop: Stop?
    var handlerIsAlive = true
    var settlement = Settlement.open

    var lease: Lease { claimed.lease }

    struct Stop: Sendable {
        var reason: StopReason
        /// When the handler's task was canceled; nil while it was only asked.
        var forcedAt: Duration?
    }

    /// How far the attempt's end is in the store.
    enum Settlement: Sendable {
        /// Not decided.
        case open
        /// Decided, not yet stored.
        case writing(PendingWrite)
        /// Stored, or not ours to store any more.
        case settled
    }

    struct PendingWrite: Sendable {
        let write: TerminalWrite
        var tries = 0
        var call: CallID?
        var nextTryAt: Duration
    }

    var isOpen: Bool {
        if case .open = settlement { true } else { false }
    }

    var isSettled: Bool {
        if case .settled = settlement { true } else { false }
    }

    /// The handler has ended and its end is being stored for the first time. A job that is handed back is none of that: whoever does
    /// so wants no other.
    var isAsGoodAsOver: Bool {
        guard !handlerIsAlive, let pending = pendingWrite, pending.write != .release else { return false }
        return pending.call != nil && pending.tries == 1
    }

    var pendingWrite: PendingWrite? {
        if case .writing(let write) = settlement { write } else { nil }
    }
}
