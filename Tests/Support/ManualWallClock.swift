public import ScriberrCore
import Synchronization

/// A clock that stands still until it is told to move.
public final class ManualWallClock: WallClock {
    private let time: Mutex<Timestamp>

    /// Starts at `time`.
    public init(at time: Timestamp = Timestamp(microseconds: 1_700_000_000_000_000)) { self.time = Mutex(time) }

    /// The time it was set to.
    public func now() -> Timestamp { time.withLock { $0 } }

    /// Moves the clock forward, or back by a negative duration.
    public func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
