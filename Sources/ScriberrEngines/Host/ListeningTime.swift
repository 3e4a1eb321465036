/// How long somebody has listened to a host without hearing something. Time in which nobody listens does not count.
struct ListeningTime {
    private var since: ContinuousClock.Instant?
    private var heardTotal: Duration = .zero
    private var withoutAdvance: Duration = .zero

    mutating func begin(at now: ContinuousClock.Instant) { since = now }

    mutating func heard(at now: ContinuousClock.Instant) {
        guard let since else { return }
        heardTotal += now - since
        withoutAdvance += now - since
        self.since = nil
    }

    /// The order has made progress.
    mutating func advanced() { withoutAdvance = .zero }

    /// Listening time since the last bytes.
    func silence(at now: ContinuousClock.Instant) -> Duration { since.map { now - $0 } ?? .zero }

    /// Listening time since the last progress.
    func sinceAdvance(at now: ContinuousClock.Instant) -> Duration { withoutAdvance + silence(at: now) }

    /// All listening time.
    func total(at now: ContinuousClock.Instant) -> Duration { heardTotal + silence(at: now) }
}
