import Synchronization

/// One alarm that can be moved. Rings at least once at or after the instant it was last set to.
final class QueueTimer: Sendable {
    private let time: MonotonicTime
    private let ring: @Sendable () -> Void
    private let armed = Mutex<Armed?>(nil)

    private struct Armed {
        let at: Duration
        let task: Task<Void, Never>
    }

    init(time: MonotonicTime, ring: @escaping @Sendable () -> Void) {
        self.time = time
        self.ring = ring
    }

    /// Sets the alarm, or takes it back. An alarm that is set already for an earlier instant is left alone: ringing early is
    /// harmless, and most deadlines only move away.
    func set(_ at: Duration?) {
        armed.withLock { armed in
            if let at, let current = armed, current.at <= at { return }
            armed?.task.cancel()
            armed = at.map { at in Armed(at: at, task: wait(until: at)) }
        }
    }

    /// Canceled by the next `set`; ends by ringing otherwise.
    private func wait(until at: Duration) -> Task<Void, Never> {
        Task {
            do { try await time.sleep(max(at - time.now(), .zero)) } catch { return }
            let isCurrent = armed.withLock { armed in
                guard armed?.at == at else { return false }
                armed = nil
                return true
            }
            if isCurrent { ring() }
        }
    }
}
