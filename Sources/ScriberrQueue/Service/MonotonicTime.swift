/// A clock that only runs forward, with its instants as durations since it was wrapped.
struct MonotonicTime: Sendable {
    /// The present.
    let now: @Sendable () -> Duration
    /// Waits; throws when the task is canceled.
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let origin = clock.now
        now = { origin.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
    }
}
