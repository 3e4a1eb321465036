package import Logging
package import ScriberrCore
import ServiceLifecycle
import Synchronization

/// One queue process: runs a ``QueueMachine``, performs what it wants against a store, and runs handlers for the jobs it gets.
///
/// `run()` returns after a graceful shutdown, within ``QueueConfiguration/shutdownDeadline`` of it; canceling the task that
/// runs it asks for a faster stop. A queue runs once.
package final class JobQueue: Service {
    private let configuration: QueueConfiguration
    private let record: InstanceRecord
    private let store: any JobStore
    private let handler: any JobHandler
    private let time: MonotonicTime
    private let wallClock: any WallClock
    private let logger: Logger
    private let seed: UInt64
    private let inbox = QueueInbox()
    private let shared: Mutex<Shared>

    private struct Shared {
        var isWakePending = false
        var isStopAsked = false
        var hasRun = false
        var statistics: QueueStatistics
    }

    /// Makes a queue process. `instance` names it to the others: a process that starts again takes a new id and, where only
    /// one process at a time can live, the same seat.
    package init(
        configuration: QueueConfiguration,
        instance: InstanceRecord,
        store: any JobStore,
        handler: any JobHandler,
        clock: some Clock<Duration> = ContinuousClock(),
        wallClock: any WallClock = SystemWallClock(),
        logger: Logger,
        random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        var random = random
        self.configuration = configuration
        self.record = instance
        self.store = store
        self.handler = handler
        self.time = MonotonicTime(clock)
        self.wallClock = wallClock
        self.logger = logger
        self.seed = random.next()
        let machine = QueueMachine(configuration: configuration, instance: instance.id, random: SeededRandom(seed: 0))
        shared = Mutex(Shared(statistics: machine.statistics))
    }

    /// Works until told to stop.
    package func run() async throws {
        let isFirst = shared.withLock { shared in
            defer { shared.hasRun = true }
            return !shared.hasRun
        }
        precondition(isFirst, "A queue runs once; make another.")
        // Awaited below. It is its own task because a canceled task can no longer wait for the events that end it in order.
        let work = Task { await workUntilStopped() }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await work.value
            } onGracefulShutdown: {
                self.beginStop()
            }
        } onCancel: {
            // Said twice: tell the handlers at once instead of asking them first.
            self.stop()
            self.stop()
        }
    }

    /// Says that there may be work. Cheap, callable from anywhere, any number of times.
    package func wake() {
        let isNew = shared.withLock { shared in
            defer { shared.isWakePending = true }
            return !shared.isWakePending
        }
        if isNew { inbox.yield(.wake) }
    }

    /// Says that a running job shall stop. Does nothing when this process does not run it.
    package func cancelRequested(_ lease: Lease) { inbox.yield(.cancelRequested(lease)) }

    /// Says that a job was taken from this process, for instance because it was deleted.
    package func leaseLost(_ lease: Lease) { inbox.yield(.refused(lease)) }

    /// Takes no more work until resumed; what runs goes on.
    package func pause() { inbox.yield(.pause) }

    /// Takes work again.
    package func resume() { inbox.yield(.resume) }

    /// Stops in order, unless that has begun: for whoever knows of the process's end before the queue's turn has come.
    package func beginStop() {
        let isFirst = shared.withLock { shared in
            defer { shared.isStopAsked = true }
            return !shared.isStopAsked
        }
        if isFirst { stop() }
    }

    /// Stops in order; called again, faster. `run()` returns afterwards.
    package func stop() { inbox.yield(.shutdown) }

    /// Whether it was told to stop.
    package var isStopAsked: Bool { shared.withLock { $0.isStopAsked } }

    /// What this process does and has done.
    package var statistics: QueueStatistics { shared.withLock { $0.statistics } }

    private func workUntilStopped() async {
        let context = QueueContext(
            configuration: configuration,
            record: record,
            store: store,
            handler: handler,
            time: time,
            wallClock: wallClock,
            log: QueueLog(logger: logger, configuration: configuration, instance: record.id),
            inbox: inbox
        )
        var machine = QueueMachine(configuration: configuration, instance: record.id, random: SeededRandom(seed: seed))
        var performer = QueuePerformer(context: context)
        inbox.yield(.start)
        while !performer.isStopped {
            let events = await inbox.next()
            for event in events { note(event, &performer) }
            let actions = machine.handle(events, at: Moment(instant: time.now(), wall: wallClock.now()))
            shared.withLock { $0.statistics = machine.statistics }
            performer.perform(actions)
            performer.timer.set(machine.nextDeadline)
        }
        performer.timer.set(nil)
        inbox.finish()
    }

    private func note(_ event: QueueEvent, _ performer: inout QueuePerformer) {
        switch event {
        case .wake: shared.withLock { $0.isWakePending = false }
        case .ended(let lease, _): performer.forget(lease)
        default: break
        }
    }
}
