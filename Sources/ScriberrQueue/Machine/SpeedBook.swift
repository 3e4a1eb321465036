import ScriberrCore

/// How fast each model was seen to work here, and what follows for the time an attempt may take.
struct SpeedBook: Sendable {
    private let limits: AttemptLimits
    private var speeds: [String: Double] = [:]
    /// Models that are kept apart; any more share the assumed speed.
    private let modelsMax = 64

    init(limits: AttemptLimits) { self.limits = limits }

    /// The longest an attempt at `job` may take.
    func limit(for job: Transcription) -> Duration {
        guard let audio = job.audioSeconds, audio > 0 else { return limits.longest }
        let speed = speeds[key(job)] ?? limits.assumedSpeed
        let seconds = audio / speed * limits.factor
        guard seconds < limits.longest.inSeconds else { return limits.longest }
        return min(limits.base + .seconds(seconds), limits.longest)
    }

    /// Learns from an attempt that completed from its start. Slower counts at once, faster by and by.
    mutating func completed(_ job: Transcription, audioSeconds: Double?, took: Duration) {
        guard let audio = audioSeconds ?? job.audioSeconds, audio > 0, took > .zero else { return }
        let seen = audio / took.inSeconds
        guard let known = speeds[key(job)] else {
            if speeds.count < modelsMax { speeds[key(job)] = min(seen, limits.assumedSpeed * 16) }
            return
        }
        speeds[key(job)] = min(seen, known * 0.8 + seen * 0.2)
    }

    /// Learns from an attempt that took too long: the next one gets twice the time.
    mutating func timedOut(_ job: Transcription) {
        speeds[key(job)] = (speeds[key(job)] ?? limits.assumedSpeed) / 2
    }

    private func key(_ job: Transcription) -> String { job.options.model ?? "" }
}
