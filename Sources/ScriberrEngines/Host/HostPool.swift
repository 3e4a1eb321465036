import ScriberrCore

/// The engine hosts: at most as many as there are slots, kept warm between orders, ended after an idle time.
///
/// Callers wait in the order they came. A host that was killed, or died, is forgotten; the next one starts after a pause that
/// grows with each death.
actor HostPool {
    private let slots: Int
    private let idleTimeout: Duration
    private let startHost: @Sendable () async throws -> EngineHost
    private let clock = ContinuousClock()

    private var idle: [IdleHost] = []
    private var busy: [ObjectIdentifier: EngineHost] = [:]
    private var taken = 0
    private var waiting: [Waiter] = []
    private var nextWaiter = 0
    private var backoff = RespawnBackoff()
    private var isClosed = false

    private struct IdleHost {
        let host: EngineHost
        let lastModel: String
        let expiry: Task<Void, Never>
    }

    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    init(slots: Int, idleTimeout: Duration, start: @escaping @Sendable () async throws -> EngineHost) {
        self.slots = max(1, slots)
        self.idleTimeout = idleTimeout
        startHost = start
    }

    /// Lends a host for the time of `body`: preferably one that used `model` last. `isWarm` says that it had been idle before.
    func withHost<Value: Sendable>(
        model: String,
        mustBeFresh: Bool = false,
        _ body: @Sendable (_ host: EngineHost, _ isWarm: Bool) async throws -> Value
    ) async throws -> Value {
        try await takeSlot()
        defer { giveSlotBack() }
        let (host, isWarm) = try await host(for: model, mustBeFresh: mustBeFresh)
        busy[ObjectIdentifier(host)] = host
        do {
            let value = try await body(host, isWarm)
            await release(host, model)
            return value
        } catch {
            await release(host, model)
            throw error
        }
    }

    /// Ends all hosts, those at work included; their orders fail. Returns when they are gone.
    func close() async {
        isClosed = true
        for waiter in waiting { waiter.continuation.resume(throwing: poolClosed) }
        waiting = []
        let leaving = idle.map(\.host) + busy.values
        for entry in idle { entry.expiry.cancel() }
        idle = []
        await withTaskGroup { group in
            for host in leaving { group.addTask { await host.end() } }
        }
    }

    /// The processes that live now, for tests and diagnosis.
    var processIDs: [Int32] { idle.map(\.host.processID) + busy.values.map(\.processID) }

    // MARK: Hosts

    private func host(for model: String, mustBeFresh: Bool) async throws -> (EngineHost, isWarm: Bool) {
        while !mustBeFresh, let host = takeIdle(model) {
            if host.isUsable { return (host, true) }
            await host.kill()
        }
        if mustBeFresh, idle.count + taken > slots, let host = takeIdle(model) { await host.end() }
        return (try await startNew(), false)
    }

    private func takeIdle(_ model: String) -> EngineHost? {
        guard let index = idle.lastIndex(where: { $0.lastModel == model }) ?? idle.indices.last else { return nil }
        let entry = idle.remove(at: index)
        entry.expiry.cancel()
        return entry.host
    }

    private func startNew() async throws -> EngineHost {
        let delay = backoff.delay(at: clock.now)
        if delay > .zero { try await clock.sleep(for: delay) }
        guard !isClosed else { throw poolClosed }
        do {
            let host = try await startHost()
            if isClosed {
                await host.end()
                throw poolClosed
            }
            return host
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            backoff.failed(at: clock.now)
            throw error
        }
    }

    private func release(_ host: EngineHost, _ model: String) async {
        busy[ObjectIdentifier(host)] = nil
        guard host.isUsable, !isClosed else {
            // A host that we killed because its order was canceled is no sign of trouble.
            if !isClosed && !Task.isCancelled { backoff.failed(at: clock.now) }
            await host.kill()
            return
        }
        backoff.succeeded()
        idle.append(IdleHost(host: host, lastModel: model, expiry: expiry(of: host)))
    }

    /// Awaited by nobody; ends with the idle time, or when it is canceled because the host is taken.
    private func expiry(of host: EngineHost) -> Task<Void, Never> {
        let idleTimeout = idleTimeout
        return Task { [weak self, clock] in
            guard (try? await clock.sleep(for: idleTimeout)) != nil else { return }
            await self?.retire(host)
        }
    }

    private func retire(_ host: EngineHost) async {
        guard let index = idle.firstIndex(where: { $0.host === host }) else { return }
        idle.remove(at: index)
        await host.end()
    }

    // MARK: Slots

    private func takeSlot() async throws {
        try Task.checkCancellation()
        guard !isClosed else { throw poolClosed }
        if taken < slots {
            taken += 1
            return
        }
        let number = nextWaiter
        nextWaiter += 1
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting.append(Waiter(number: number, continuation: continuation))
                }
            }
        } onCancel: {
            // Ends as soon as the actor is free.
            Task { await self.giveUpWaiting(number) }
        }
    }

    private func giveUpWaiting(_ number: Int) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    /// Hands the slot to who waits longest, or frees it.
    private func giveSlotBack() {
        if waiting.isEmpty {
            taken -= 1
        } else {
            waiting.removeFirst().continuation.resume()
        }
    }

    private var poolClosed: ScriberrError {
        ScriberrError(.engineUnavailable, "The speech engine is shutting down.", disposition: .transient)
    }
}
