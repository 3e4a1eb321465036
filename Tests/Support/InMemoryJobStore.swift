public import ScriberrCore
import Synchronization

/// A job store in memory whose calls can be watched, held up and made to fail.
public final class InMemoryJobStore: JobStore {
    private let state = Mutex(State())
    private let makesStandingClaims: Bool

    private struct State {
        var standing: [any StandingClaim] = []
        var table = InMemoryJobTable()
        var records: [InstanceID: InstanceRecord] = [:]
        var faults: [String: [Fault]] = [:]
        var calls: [String] = []
    }

    /// What may go wrong with a call.
    public enum Fault: Sendable {
        /// Nothing is written and the call fails.
        case failsBefore
        /// It is written and the call fails all the same.
        case failsAfter
        /// Nothing: the call that it is meant for goes through.
        case none
    }

    /// An empty store, which makes claims that stand when it is told to.
    public init(makesStandingClaims: Bool = false) { self.makesStandingClaims = makesStandingClaims }

    /// The rows as they stand.
    public var table: InMemoryJobTable { state.withLock { $0.table } }

    /// The names of the calls so far, such as `claim` or `complete`.
    public var calls: [String] { state.withLock { $0.calls } }

    /// Lets the next calls of a name go wrong, one fault each.
    public func inject(_ faults: [Fault], into call: String) { state.withLock { $0.faults[call, default: []] += faults } }

    /// Puts a job in the queue.
    public func create(_ job: Transcription) {
        if !createForClaim(job) { state.withLock { $0.table.create(job) } }
    }

    /// Puts a job in the queue as soon as a claim stands for it; false when none does before long.
    public func createWhenClaimStands(_ job: Transcription) async -> Bool { await eventually { createForClaim(job) } }

    /// Puts a job in the queue and makes a standing claim; does nothing where there is none.
    private func createForClaim(_ job: Transcription) -> Bool {
        for claim in state.withLock(\.standing) {
            guard let taken = claim.take() else { continue }
            let answer = state.withLock { state in
                state.table.create(job)
                return state.table.claim(taken.request)
            }
            taken.answer(.success(answer))
            return true
        }
        return false
    }

    /// See ``JobStore``.
    public func keep(_ standing: any StandingClaim) {
        if makesStandingClaims { state.withLock { $0.standing.append(standing) } }
    }

    /// Changes the rows as another process would.
    public func change<Value>(_ body: (inout InMemoryJobTable) -> sending Value) -> sending Value {
        state.withLock { body(&$0.table) }
    }

    /// Whether `call` is made `count` times in all before long.
    public func sees(_ call: String, count: Int = 1) async -> Bool {
        await eventually { calls.count { $0 == call } >= count }
    }

    private func perform<Value>(_ call: String, _ body: (inout State) -> Value) throws -> Value {
        let result: Result<Value, any Error> = state.withLock { state in
            state.calls.append(call)
            var fault = Fault.none
            if let next = state.faults[call]?.first {
                fault = next
                state.faults[call]?.removeFirst()
            }
            let error = ScriberrError(.storageFailed, "The store failed.", detail: "injected into \(call)")
            switch fault {
            case .failsBefore: return .failure(error)
            case .failsAfter:
                _ = body(&state)
                return .failure(error)
            case .none: return .success(body(&state))
            }
        }
        return try result.get()
    }

    /// See ``JobStore``.
    public func register(_ instance: InstanceRecord) async throws {
        try perform("register") { state in
            state.records[instance.id] = instance
            state.table.register(instance)
        }
    }

    /// See ``JobStore``.
    public func heartbeat(_ instance: InstanceID, at now: Timestamp) async throws {
        try perform("heartbeat") { state in
            if let record = state.records[instance] { state.table.heartbeat(record, at: now) }
        }
    }

    /// See ``JobStore``.
    public func unregister(_ instance: InstanceID) async throws {
        try perform("unregister") { $0.table.unregister(instance) }
    }

    /// See ``JobStore``.
    public func claim(_ request: ClaimRequest) async throws -> ClaimAnswer {
        try perform("claim") { $0.table.claim(request) }
    }

    /// See ``JobStore``.
    public func renew(_ leases: [Lease], until expiry: Timestamp, at now: Timestamp) async throws -> [LeaseAnswer] {
        try perform("renew") { $0.table.renew(leases, until: expiry) }
    }

    /// See ``JobStore``.
    public func progress(_ lease: Lease, _ progress: ProgressReport, at now: Timestamp) async throws -> Fenced {
        try perform("progress") { $0.table.progress(lease, progress) }
    }

    /// See ``JobStore``.
    public func describe(_ lease: Lease, provider: String, model: String) async throws -> Fenced {
        try perform("describe") { $0.table.describe(lease, provider: provider, model: model) }
    }

    /// See ``JobStore``.
    public func checkpoint(_ lease: Lease, _ checkpoint: Checkpoint, at now: Timestamp) async throws -> Fenced {
        try perform("checkpoint") { $0.table.checkpoint(lease, checkpoint) }
    }

    /// See ``JobStore``.
    public func checkpoints(_ job: TranscriptionID, step: String, fingerprint: String) async throws -> [Checkpoint] {
        try perform("checkpoints") { $0.table.checkpoints(job, step: step, fingerprint: fingerprint) }
    }

    /// See ``JobStore``.
    public func complete(_ lease: Lease, _ result: JobResult, at now: Timestamp) async throws -> Fenced {
        try perform("complete") { $0.table.complete(lease, result, at: now) }
    }

    /// See ``JobStore``.
    public func fail(_ lease: Lease, _ failure: FailureReport, retryAt: Timestamp?, at now: Timestamp) async throws -> Fenced {
        try perform("fail") { $0.table.fail(lease, failure, retryAt: retryAt, at: now) }
    }

    /// See ``JobStore``.
    public func cancel(_ lease: Lease, at now: Timestamp) async throws -> Fenced {
        try perform("cancel") { $0.table.cancel(lease, at: now) }
    }

    /// See ``JobStore``.
    public func release(_ lease: Lease, at now: Timestamp) async throws -> Fenced {
        try perform("release") { $0.table.release(lease, at: now) }
    }

    /// See ``JobStore``.
    public func recover(_ request: RecoveryRequest) async throws -> [RecoveredJob] {
        try perform("recover") { $0.table.recover(request) }
    }

    /// See ``JobStore``.
    public func requestCancel(_ job: TranscriptionID, owner: UserID, at now: Timestamp) async throws -> CancelAnswer {
        try perform("requestCancel") { $0.table.requestCancel(job, owner: owner, at: now) }
    }
}
