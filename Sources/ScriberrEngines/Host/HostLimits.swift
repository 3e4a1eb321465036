/// How long an engine host may take for what, and how large it may grow.
struct HostLimits: Sendable, Hashable {
    /// From the start of the process to its `ready`.
    var startUp: Duration = .seconds(20)
    /// Without any message while an order runs; the host sends a heartbeat every second.
    var silence: Duration = .seconds(15)
    /// For reading a model into memory.
    var loading: Duration = .seconds(600)
    /// Without progress in the audio while an order runs.
    var stall: Duration = .seconds(900)
    /// The same while speakers are told apart: the longest of its steps looks at the whole recording and tells nothing before its end.
    var diarization: Duration = .seconds(3_600)
    /// From a request to stop until the process is killed.
    var stopping: Duration = .milliseconds(700)
    /// From the end of its output, or the wish that it ends, until the process is killed.
    var leaving: Duration = .seconds(2)
    /// Resident size in bytes; nil for no limit.
    var memoryBytes: Int64?
}
