/// What a process asks of its store at once: to keep how attempts have ended, and to give it the next jobs.
public struct Turn: Sendable {
    /// The attempts that have ended.
    public var ends: [AttemptEnd]
    /// What is asked for after that; nil for nothing.
    public var claim: TakenClaim?

    /// Makes a turn.
    public init(ends: [AttemptEnd] = [], claim: TakenClaim? = nil) {
        self.ends = ends
        self.claim = claim
    }

    /// Whether nothing is asked for.
    public var isEmpty: Bool { ends.isEmpty && claim == nil }
}

/// How an attempt has ended, and whom to tell whether that is kept.
public struct AttemptEnd: Sendable {
    /// The attempt.
    public let lease: Lease
    /// The write that ends it.
    public let write: TerminalWrite
    /// The time of the end.
    public let at: Timestamp
    /// To be called once, with what became of the write.
    public let answer: @Sendable (Result<Fenced, any Error>) -> Void

    /// Makes an end.
    public init(
        lease: Lease,
        write: TerminalWrite,
        at: Timestamp,
        answer: @escaping @Sendable (Result<Fenced, any Error>) -> Void
    ) {
        self.lease = lease
        self.write = write
        self.at = at
        self.answer = answer
    }
}

/// The one write that ends an attempt.
public enum TerminalWrite: Sendable, Hashable {
    /// The job has a result.
    case complete(JobResult)
    /// The attempt failed; the job waits until `retryAt`, or fails for good when that is nil.
    case fail(FailureReport, retryAt: Timestamp?)
    /// The job was given up on request.
    case cancel
    /// The job goes back to its place.
    case release
}

extension JobStore {
    /// Ends an attempt as `write` says.
    public func finish(_ lease: Lease, _ write: TerminalWrite, at now: Timestamp) async throws -> Fenced {
        switch write {
        case .complete(let result): try await complete(lease, result, at: now)
        case .fail(let failure, let retryAt): try await fail(lease, failure, retryAt: retryAt, at: now)
        case .cancel: try await cancel(lease, at: now)
        case .release: try await release(lease, at: now)
        }
    }

    /// Makes each part of a turn by itself.
    public func start(_ turn: Turn) { startApart(turn) }

    /// Makes each part of a turn by itself. All are started on this thread, in their order.
    public func startApart(_ turn: Turn) {
        // Each ends with its answer. Whoever asked goes on without it when none comes.
        for end in turn.ends {
            Task.immediate { end.answer(await outcome { try await self.finish(end.lease, end.write, at: end.at) }) }
        }
        guard let claim = turn.claim else { return }
        Task.immediate { claim.answer(await outcome { try await self.claim(claim.request) }) }
    }

    private func outcome<Value: Sendable>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
