import ScriberrCore
import ScriberrEngineWire
import Synchronization

/// One engine host process: runs one order at a time and is watched while it does. ``HostSupervision`` decides, this acts.
final class EngineHost: Sendable {
    private let child: ChildProcess
    private let state: Mutex<State>
    private let clock = ContinuousClock()

    private struct State {
        var supervision: HostSupervision
        var lines = WireLineReader<EngineEvent>()
    }

    private static let tick: Duration = .milliseconds(100)
    private static let ticksPerMemorySample = 10

    /// Starts a host and waits until it is ready.
    static func start(_ launch: ChildProcess.Launch, limits: HostLimits) async throws -> EngineHost {
        try Task.checkCancellation()
        let host = EngineHost(try ChildProcess(launch), limits)
        switch await host.drive(deliver: { _ in }).ending {
        case .ready: return host
        case .stopped: throw CancellationError()
        case .failed(let error), .lostBeforeStart(let error):
            await host.kill()
            throw error
        case .done:
            await host.kill()
            throw ScriberrError.hostLost
        }
    }

    private init(_ child: ChildProcess, _ limits: HostLimits) {
        self.child = child
        state = Mutex(State(supervision: HostSupervision(limits: limits)))
    }

    var processID: Int32 { child.processID }

    /// What the host said it can do.
    var engines: [EngineReport] { state.withLock { $0.supervision.engines } }

    /// Whether it lives and waits for an order.
    var isUsable: Bool { !child.hasExited && state.withLock { $0.supervision.isIdle } }

    /// Returns when the process has ended.
    func waitUntilGone() async { _ = await child.exit }

    /// Has an order carried out. Messages are handed on in order; while `deliver` runs nothing more is read.
    ///
    /// Always returns with the order ended: done, failed, or stopped because the task was canceled or `deliver` threw, in which
    /// case its error is the second result. The host is asked first and killed when it does not stop soon.
    func perform(
        _ request: EngineRequest,
        as work: HostWork,
        deliver: (EngineEvent) async throws -> Void
    ) async -> (ending: HostEnding, deliveryError: (any Error)?) {
        if let refusal = act(on: .order(work, request)) { return (refusal, nil) }
        return await drive(deliver: deliver)
    }

    /// Stops the order that runs, as if its caller had been canceled.
    func stop() { _ = act(on: .stop) }

    /// Ends the process: politely, then by force. Returns when it is gone.
    func end() async {
        stop()
        if let line = try? wireLine(EngineRequest.shutdown) { child.write(line) }
        child.closeInput()
        let grace = Task { [clock, child] in
            try await clock.sleep(for: .seconds(1))
            child.kill()
        }
        _ = await child.exit
        grace.cancel()
    }

    /// Ends the process by force. Returns when it is gone.
    func kill() async {
        child.kill()
        _ = await child.exit
    }

    // MARK: Acting

    private func drive(
        deliver: (EngineEvent) async throws -> Void
    ) async -> (ending: HostEnding, deliveryError: (any Error)?) {
        // Not a child of this task: it must outlive a cancellation. Ends with this function.
        let ticking = Task { await keepTime() }
        defer { ticking.cancel() }
        return await withTaskCancellationHandler {
            var deliveryError: (any Error)?
            while true {
                if let ending = await nextMessages(&deliveryError, deliver) { return (ending, deliveryError) }
            }
        } onCancel: {
            stop()
        }
    }

    /// Acts on the messages that are there, then reads more; returns the ending when there is one.
    private func nextMessages(
        _ deliveryError: inout (any Error)?,
        _ deliver: (EngineEvent) async throws -> Void
    ) async -> HostEnding? {
        while let input = nextInput() {
            if let ending = await act(on: input, &deliveryError, deliver) { return ending }
            if case .broken = input { break }
        }
        _ = act(on: .listening)
        let bytes = await child.read()
        _ = act(on: .heard)
        if let bytes {
            state.withLock { $0.lines.append(bytes) }
            return nil
        }
        _ = act(on: .outputEnded)
        let status = await child.exit
        return act(on: .exited(status, errors: child.errorText))
    }

    /// The next message that has been read already.
    private func nextInput() -> HostSupervision.Input? {
        state.withLock { state in
            do throws(WireError) {
                guard let event = try state.lines.next() else { return nil }
                return .event(event)
            } catch {
                return .broken(error)
            }
        }
    }

    private func act(
        on input: HostSupervision.Input,
        _ deliveryError: inout (any Error)?,
        _ deliver: (EngineEvent) async throws -> Void
    ) async -> HostEnding? {
        for action in actions(for: input) {
            guard case .deliver(let event) = action else {
                if let ending = perform(action) { return ending }
                continue
            }
            do {
                try await deliver(event)
            } catch {
                deliveryError = deliveryError ?? error
                stop()
            }
        }
        return nil
    }

    private func act(on input: HostSupervision.Input) -> HostEnding? {
        actions(for: input).lazy.compactMap { self.perform($0) }.first
    }

    private func actions(for input: HostSupervision.Input) -> [HostSupervision.Action] {
        state.withLock { $0.supervision.handle(input, at: clock.now) }
    }

    private func perform(_ action: HostSupervision.Action) -> HostEnding? {
        switch action {
        case .send(let request):
            // A request is made of strings and numbers that JSON can hold; a non-finite number is refused before this.
            if let line = try? wireLine(request) { child.write(line) }
            return nil
        case .kill:
            child.kill()
            return nil
        case .finish(let ending): return ending
        case .deliver: return nil
        }
    }

    private func keepTime() async {
        var ticks = 0
        while (try? await clock.sleep(for: Self.tick)) != nil {
            let bytes = ticks.isMultiple(of: Self.ticksPerMemorySample) ? child.residentBytes : nil
            ticks += 1
            _ = act(on: .tick(residentBytes: bytes))
        }
    }
}
