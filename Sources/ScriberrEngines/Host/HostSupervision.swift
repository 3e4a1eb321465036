import ScriberrCore
import ScriberrEngineWire

/// What is known about one engine host and what is to be done about it: inputs in, actions out, no side effects.
///
/// Time counts only while somebody listens: a slow consumer holds the host back by not reading, and that is not the host's
/// fault.
struct HostSupervision {
    private let limits: HostLimits
    private var phase = Phase.starting
    private var wait = ListeningTime()
    private var residentBytes: Int64?
    /// What the host said it can do; empty before it was ready.
    private(set) var engines: [EngineReport] = []

    private enum Phase {
        case starting
        case idle
        case working(HostWork)
        /// The stop was asked for at this time; what the order still says is dropped.
        case stopping(HostWork, since: ContinuousClock.Instant)
        /// The output has ended, the process not yet.
        case leaving(HostWork?, since: ContinuousClock.Instant)
        /// It was killed by us, for this reason.
        case killed(HostEnding)
    }

    enum Input {
        /// A read of the output begins.
        case listening
        /// The read has brought bytes.
        case heard
        case event(EngineEvent)
        /// A line that is no message.
        case broken(WireError)
        /// Some time has passed.
        case tick(residentBytes: Int64?)
        case order(HostWork, EngineRequest)
        /// The order is no longer wanted.
        case stop
        case outputEnded
        case exited(ProcessExit, errors: String)
    }

    enum Action: Equatable {
        case send(EngineRequest)
        case deliver(EngineEvent)
        case kill
        case finish(HostEnding)
    }

    init(limits: HostLimits = HostLimits()) { self.limits = limits }

    /// Whether another order can follow.
    var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    mutating func handle(_ input: Input, at now: ContinuousClock.Instant) -> [Action] {
        switch input {
        case .listening:
            wait.begin(at: now)
            return []
        case .heard:
            wait.heard(at: now)
            return []
        case .event(let event): return handle(event)
        case .broken(let error): return kill(.violation(error.description))
        case .tick(let bytes): return handleTick(bytes, at: now)
        case .order(let work, let request): return begin(work, request)
        case .stop: return stop(at: now)
        case .outputEnded: return handleOutputEnd(at: now)
        case .exited(let status, let errors): return handleExit(status, errors)
        }
    }

    // MARK: Orders

    private mutating func begin(_ work: HostWork, _ request: EngineRequest) -> [Action] {
        guard isIdle else { return [.finish(.failed(.hostLost))] }
        phase = .working(work)
        wait = ListeningTime()
        return [.send(request)]
    }

    private mutating func stop(at now: ContinuousClock.Instant) -> [Action] {
        switch phase {
        case .working(let work):
            phase = .stopping(work, since: now)
            return [.send(.cancel(order: work.order))]
        case .starting:
            return kill(.stopped)
        default:
            return []
        }
    }

    // MARK: Messages

    private mutating func handle(_ event: EngineEvent) -> [Action] {
        switch phase {
        case .starting: handleWhileStarting(event)
        case .working(let work): handle(event, of: work)
        case .stopping(let work, _): handleWhileStopping(event, work)
        case .idle, .leaving, .killed: []
        }
    }

    private mutating func handleWhileStarting(_ event: EngineEvent) -> [Action] {
        guard case .ready(let version, _, let engines) = event else {
            return kill(.violation("a message before ready"))
        }
        guard version == engineWireVersion else { return kill(.failed(.wrongVersion(version))) }
        self.engines = engines
        phase = .idle
        return [.finish(.ready)]
    }

    private mutating func handle(_ event: EngineEvent, of work: HostWork) -> [Action] {
        // No progress, but the caller of a step that tells none has nothing else to go by.
        if case .heartbeat = event { return [.deliver(event)] }
        // What an earlier order left in the pipe concerns nobody.
        guard event.order == work.order else { return [] }
        var work = work
        switch work.take(event) {
        case .nothing:
            phase = .working(work)
            return []
        case .advance:
            wait.advanced()
            phase = .working(work)
            return [.deliver(event)]
        case .violation(let what):
            return kill(.violation(what))
        case .end(let ending):
            phase = .idle
            return [.finish(ending)]
        }
    }

    private mutating func handleWhileStopping(_ event: EngineEvent, _ work: HostWork) -> [Action] {
        guard event.order == work.order, event.endsOrder else { return [] }
        phase = .idle
        return [.finish(.stopped)]
    }

    // MARK: Time and memory

    private mutating func handleTick(_ bytes: Int64?, at now: ContinuousClock.Instant) -> [Action] {
        residentBytes = bytes ?? residentBytes
        switch phase {
        case .starting:
            return wait.total(at: now) > limits.startUp ? kill(.failed(.slowStart)) : []
        case .working(let work):
            return overrun(of: work, at: now).map { kill(.failed($0)) } ?? []
        case .stopping(_, let since):
            return now - since >= limits.stopping ? kill(.stopped) : []
        case .leaving(let work, let since):
            return now - since > limits.leaving ? kill(.failed(work == nil ? .hostLost : .crashed("output ended"))) : []
        case .idle, .killed:
            return []
        }
    }

    private func overrun(of work: HostWork, at now: ContinuousClock.Instant) -> ScriberrError? {
        if let limit = limits.memoryBytes, let residentBytes, residentBytes > limit {
            return .outOfMemory("\(residentBytes) bytes, \(limit) allowed")
        }
        if wait.silence(at: now) > limits.silence { return .hung("no message for \(limits.silence)") }
        let limit = work.isLoading ? limits.loading : work.isDiarization ? limits.diarization : limits.stall
        return wait.sinceAdvance(at: now) > limit ? .hung("no progress for \(limit)") : nil
    }

    // MARK: The end

    private mutating func kill(_ ending: HostEnding) -> [Action] {
        if case .killed = phase { return [] }
        phase = .killed(ending)
        return [.kill]
    }

    private mutating func handleOutputEnd(at now: ContinuousClock.Instant) -> [Action] {
        switch phase {
        case .working(let work): phase = .leaving(work, since: now)
        case .starting, .idle: phase = .leaving(nil, since: now)
        case .stopping: return kill(.stopped)
        case .leaving, .killed: break
        }
        return []
    }

    private mutating func handleExit(_ status: ProcessExit, _ errors: String) -> [Action] {
        defer { phase = .killed(.failed(.hostLost)) }
        switch phase {
        case .killed(let ending): return [.finish(ending)]
        case .stopping: return [.finish(.stopped)]
        case .working(let work), .leaving(let work?, _):
            let death = HostDeath(
                status: status,
                errors: errors,
                wasLoading: work.isLoading,
                residentBytes: residentBytes,
                memoryLimitBytes: limits.memoryBytes
            )
            return [.finish(work.isAccepted ? .failed(death.error) : .lostBeforeStart(death.error))]
        case .starting, .idle, .leaving(nil, _):
            return [.finish(.failed(.diedAtStart("\(status.text): \(errors.suffix(400))")))]
        }
    }
}
