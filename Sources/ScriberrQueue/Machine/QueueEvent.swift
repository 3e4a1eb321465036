package import ScriberrCore

/// What can happen to a queue process.
package enum QueueEvent: Sendable {
    /// It starts. Comes once, first.
    case start
    /// Time passed; due when ``QueueMachine/nextDeadline`` is reached, harmless at any other time.
    case tick
    /// There may be new work.
    case wake
    /// The store answered a call.
    case answered(CallID, StoreAnswer)
    /// The store began with the claim that stands, at this moment; its answer follows.
    case taken(CallID, Moment)
    /// The claim that stood was taken back before the store began with it.
    case withdrawn(CallID)
    /// A handler ended.
    case ended(Lease, AttemptOutcome)
    /// A handler showed a sign of progress.
    case active(Lease)
    /// A write of a handler was refused, or the job was deleted: the lease is lost.
    case refused(Lease)
    /// Somebody asked for a job to stop.
    case cancelRequested(Lease)
    /// No new work, until resumed.
    case pause
    /// New work again.
    case resume
    /// Stop in order; said again: stop faster.
    case shutdown

    /// Whether it tells of something that has happened, and not what to do.
    var isNews: Bool {
        switch self {
        case .wake, .answered, .taken, .withdrawn, .ended, .active: true
        case .start, .tick, .refused, .cancelRequested, .pause, .resume, .shutdown: false
        }
    }
}

/// What the machine wants done. Performed in order, each at once; none waits for another.
package enum QueueAction: Sendable {
    /// Ask the store and hand the answer back as ``QueueEvent/answered(_:_:)``.
    ///
    /// A claim with the name of the one that stands takes its place; it is not made when the store began with that one before.
    case call(CallID, StoreCall)
    /// Leave a claim with the store for the job that comes next, until an instant; again to move that. The store makes it at most once, at
    /// a moment of its choice, with the times of that moment, which is told by ``QueueEvent/taken(_:_:)``.
    case stand(CallID, ClaimRequest, until: Duration)
    /// Take the claim that stands back. Either ``QueueEvent/withdrawn(_:)`` or ``QueueEvent/taken(_:_:)`` comes.
    case withdraw(CallID)
    /// Run the handler and hand its outcome back as ``QueueEvent/ended(_:_:)``.
    case run(ClaimedJob)
    /// Tell a handler to stop at its next checkpoint.
    case ask(Lease, StopReason)
    /// Tell a handler to stop now and cancel its task. May follow ``ask(_:_:)`` or a weaker reason.
    case stop(Lease, StopReason)
    /// Shut a handler that did not end off from the store; it is not waited for.
    case abandon(Lease)
    /// Tell the operator.
    case note(QueueNote)
    /// This process has stopped; nothing follows.
    case stopped
}

/// Why an attempt has to stop. Handlers may throw it on.
package enum StopReason: String, Error, Sendable, Hashable, CaseIterable {
    /// This process stops.
    case shutdown
    /// It made no progress for too long.
    case stall
    /// It took too long as a whole.
    case timeout
    /// Somebody gave the job up.
    case cancel
    /// The job is no longer this process's: nothing may be written.
    case leaseLost

    /// A stronger reason replaces a weaker one.
    package var strength: Int {
        switch self {
        case .shutdown: 0
        case .stall, .timeout: 1
        case .cancel: 2
        case .leaseLost: 3
        }
    }
}

/// What an operator may want to know, as facts without content.
package enum QueueNote: Sendable {
    /// Registered, and what dead processes held was taken back.
    case started(recovered: Int)
    /// A job starts.
    case claimed(ClaimedJob, waited: Duration)
    /// Jobs of dead processes or ended leases were taken back.
    case recovered([RecoveredJob])
    /// A store call failed; it is made again at its time.
    case storeTrouble(operation: String, lease: Lease?, ScriberrError)
    /// A running job is told to stop.
    case stopping(Lease, StopReason)
    /// An attempt ended and its end is stored.
    case finished(ClaimedJob, TerminalWrite, took: Duration)
    /// What a failed attempt kept for the log.
    case failed(Lease, ScriberrError)
    /// The lease was lost; nothing is stored. `unsaved` names an end that could not be stored in time.
    case leaseLost(Lease, unsaved: String?)
    /// A handler did not end when told.
    case abandoned(Lease)
    /// An abandoned handler ended after all.
    case abandonedEnded(Lease)
    /// The wall clock moved by itself.
    case clockJumped(by: Duration)
    /// Stopping begins, or was asked for again.
    case leaving(running: Int)
    /// Stopped; attempts that could not be brought to an end in time are counted.
    case left(unfinished: Int)
}
