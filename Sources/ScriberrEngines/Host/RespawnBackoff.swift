/// How long to wait before the next process is started, after some died.
struct RespawnBackoff {
    private static let first: Duration = .milliseconds(200)
    private static let most: Duration = .seconds(10)

    private var failures = 0
    private var notBefore: ContinuousClock.Instant?

    /// A process could not be started, or died at work.
    mutating func failed(at now: ContinuousClock.Instant) {
        failures = min(failures + 1, 16)
        notBefore = now + min(Self.first * (1 << (failures - 1)), Self.most)
    }

    /// A process did its work.
    mutating func succeeded() {
        failures = 0
        notBefore = nil
    }

    /// What is left to wait.
    func delay(at now: ContinuousClock.Instant) -> Duration {
        guard let notBefore, notBefore > now else { return .zero }
        return notBefore - now
    }
}
