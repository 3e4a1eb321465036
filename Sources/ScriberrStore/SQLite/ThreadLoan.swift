import Foundation
import Synchronization

/// Says whether a commit may hold the thread of its caller.
///
/// Going to the writer's thread and back wakes two threads that sleep, which costs as much as a fast disk takes for the commit itself.
/// But threads that run tasks are few: one at a time is lent in the whole process, and none while commits are slow or while so many
/// write that they share commits, which need the threads for what they write next.
package final class ThreadLoan: Sendable {
    /// Lends one thread at a time to all databases that know it.
    package final class Lender: Sendable {
        /// The process's own.
        package static let process = Lender()
        fileprivate let isTaken = Atomic(false)
        fileprivate let hasThreads: Bool

        /// `threads`: how many run tasks. If there is one, all would wait for it.
        package init(threads: Int = ProcessInfo.processInfo.activeProcessorCount) { hasThreads = threads > 1 }
    }

    private let lender: Lender
    private let limitNanoseconds: Int64
    private let paceNanoseconds = Atomic(Int64(0))
    /// How many commits ago writes last met, counted down.
    private let crowd = Atomic(0)
    private let holder = Atomic(UInt(0))

    /// `limit`: how long commits may take. None is lent at zero.
    package init(limit: Duration, from lender: Lender = .process) {
        self.lender = lender
        limitNanoseconds = nanoseconds(limit)
    }

    /// Whether commits are fast enough and writes rarely meet.
    package var isAffordable: Bool {
        lender.hasThreads && crowd.load(ordering: .relaxed) == 0 && paceNanoseconds.load(ordering: .relaxed) < limitNanoseconds
    }

    /// Whether the caller's thread may be used; if so, ``giveBack()`` follows.
    package func take() -> Bool {
        guard isAffordable else { return false }
        return lender.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    package func giveBack() { lender.isTaken.store(false, ordering: .releasing) }

    /// A commit took so long, of as many writes as had `met` while another one ran. Called by one thread at a time. A slow commit or a
    /// shared one counts at once; fast ones and lone ones have to be several.
    package func note(_ duration: Duration, met: Int) {
        let pace = paceNanoseconds.load(ordering: .relaxed)
        let change = nanoseconds(duration) - pace
        paceNanoseconds.store(pace + (change > 0 ? change / 2 : change / 8), ordering: .relaxed)
        crowd.store(met > 1 ? Self.loneMin : max(0, crowd.load(ordering: .relaxed) - 1), ordering: .relaxed)
    }

    private static let loneMin = 8

    /// Nothing on this thread waits for another process from now on.
    func refuseWaiting() { holder.store(thisThread, ordering: .relaxed) }

    func allowWaiting() { holder.store(0, ordering: .relaxed) }

    /// Whether a lock that another process holds may be waited for on this thread.
    var mayWait: Bool { holder.load(ordering: .relaxed) != thisThread }
}

private var thisThread: UInt { UInt(pthread_self()) }

private func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
}
