public import ScriberrCore

/// The job store's rules over plain arrays, one call after the other: small enough to be seen right at a glance.
///
/// For tests of what stands on a job store. What a database makes of the same rules is for the conformance suite to say.
public struct InMemoryJobTable: Sendable {
    /// The jobs, by identifier.
    public private(set) var jobs: [TranscriptionID: Transcription] = [:]
    /// Every attempt, oldest first.
    public private(set) var executions: [Execution] = []
    /// Every event, oldest first.
    public private(set) var events: [Event] = []
    /// The results of completed jobs.
    public private(set) var results: [TranscriptionID: JobResult] = [:]
    /// The kept pieces of jobs that have not ended.
    public private(set) var pieces: [TranscriptionID: [Checkpoint]] = [:]
    /// The processes that are known, with when they were last heard of.
    public private(set) var instances: [InstanceID: (record: InstanceRecord, seenAt: Timestamp)] = [:]
    private var virtualTime: [UserID: Double] = [:]

    /// An empty table.
    public init() {}

    /// Puts a job in the queue.
    public mutating func create(_ job: Transcription) {
        jobs[job.id] = job
        note(job, .transcriptionCreated, job.createdAt)
        note(job, .transcriptionQueued, job.createdAt)
    }

    // MARK: Processes

    /// See ``JobStore/register(_:)``.
    public mutating func register(_ instance: InstanceRecord) {
        if let seat = instance.exclusiveSeat {
            for (id, other) in instances where other.record.exclusiveSeat == seat { instances[id] = nil }
        }
        instances[instance.id] = (instance, instance.startedAt)
    }

    /// See ``JobStore/heartbeat(_:at:)``.
    public mutating func heartbeat(_ instance: InstanceRecord, at now: Timestamp) { instances[instance.id] = (instance, now) }

    /// See ``JobStore/unregister(_:)``.
    public mutating func unregister(_ instance: InstanceID) { instances[instance] = nil }

    // MARK: Claims

    /// See ``JobStore/claim(_:)``.
    public mutating func claim(_ request: ClaimRequest) -> ClaimAnswer {
        var claimed: [ClaimedJob] = []
        while claimed.count < request.count, let next = nextJob(request) { claimed.append(take(next, request)) }
        let waiting = jobs.values.filter { $0.status == .queued && $0.runAfter > request.now }
        return ClaimAnswer(jobs: claimed, nextDue: waiting.map(\.runAfter).min())
    }

    private func nextJob(_ request: ClaimRequest) -> Transcription? {
        let due = jobs.values.filter { job in
            guard job.status == .queued, job.runAfter <= request.now else { return false }
            guard let limit = request.maxRunningPerOwner else { return true }
            return jobs.values.count { $0.owner == job.owner && $0.status == .processing } < limit
        }
        return due.min { a, b in
            if a.priority != b.priority { return a.priority > b.priority }
            let (x, y) = (virtualTime[a.owner] ?? 0, virtualTime[b.owner] ?? 0)
            if request.policy == .fairShare, x != y { return x < y }
            return (a.queuedAt, a.createdAt, a.id.text) < (b.queuedAt, b.createdAt, b.id.text)
        }
    }

    private mutating func take(_ next: Transcription, _ request: ClaimRequest) -> ClaimedJob {
        var job = next
        job.status = .processing
        job.attempt += 1
        job.claimedBy = request.instance
        job.leaseExpiresAt = request.leaseExpiresAt
        job.startedAt = request.now
        job.updatedAt = request.now
        job.stage = .preparing
        job.progress = JobStage.preparing.startingProgress ?? 0
        jobs[job.id] = job
        virtualTime[job.owner, default: 0] += job.audioSeconds ?? 60
        let execution = ExecutionID(trusted: "exec_\(job.id.text.dropFirst(3))-\(job.attempt)")
        executions.append(
            Execution(id: execution, job: job.id, number: job.attempt, status: .processing, startedAt: request.now)
        )
        return ClaimedJob(lease: Lease(job: job.id, attempt: job.attempt), job: job, execution: execution)
    }

    // MARK: Writes of a worker

    /// The job that `lease` gives a right to; nil when the lease is lost.
    private func held(_ lease: Lease) -> Transcription? {
        guard let job = jobs[lease.job], job.status == .processing, job.attempt == lease.attempt else { return nil }
        return job
    }

    private func answer(_ job: Transcription) -> Fenced { job.cancelRequestedAt == nil ? .applied : .appliedButCancelRequested }

    /// See ``JobStore/renew(_:until:at:)``.
    public mutating func renew(_ leases: [Lease], until expiry: Timestamp) -> [LeaseAnswer] {
        leases.map { lease in
            guard let job = held(lease) else { return LeaseAnswer(lease: lease, fenced: .leaseLost) }
            jobs[lease.job]?.leaseExpiresAt = expiry
            return LeaseAnswer(lease: lease, fenced: answer(job))
        }
    }

    /// See ``JobStore/progress(_:_:at:)``.
    public mutating func progress(_ lease: Lease, _ progress: ProgressReport) -> Fenced {
        guard let job = held(lease) else { return .leaseLost }
        jobs[lease.job]?.stage = progress.stage
        jobs[lease.job]?.progress = max(job.progress, progress.progress)
        return answer(job)
    }

    /// See ``JobStore/describe(_:provider:model:)``.
    public mutating func describe(_ lease: Lease, provider: String, model: String) -> Fenced {
        guard let job = held(lease) else { return .leaseLost }
        change(lease) {
            $0.provider = provider
            $0.model = model
        }
        return answer(job)
    }

    /// See ``JobStore/checkpoint(_:_:at:)``.
    public mutating func checkpoint(_ lease: Lease, _ checkpoint: Checkpoint) -> Fenced {
        guard let job = held(lease) else { return .leaseLost }
        pieces[lease.job, default: []].removeAll { $0.step == checkpoint.step && $0.piece == checkpoint.piece }
        pieces[lease.job, default: []].append(checkpoint)
        return answer(job)
    }

    /// See ``JobStore/checkpoints(_:step:fingerprint:)``.
    public func checkpoints(_ job: TranscriptionID, step: String, fingerprint: String) -> [Checkpoint] {
        (pieces[job] ?? []).filter { $0.step == step && $0.fingerprint == fingerprint }.sorted { $0.piece < $1.piece }
    }

    // MARK: Ends

    /// See ``JobStore/complete(_:_:at:)``.
    public mutating func complete(_ lease: Lease, _ result: JobResult, at now: Timestamp) -> Fenced {
        guard var job = held(lease) else { return .leaseLost }
        let fenced = answer(job)
        job.warnings = result.warnings
        job.engine = result.engine
        job.progress = 1
        job.completedAt = now
        results[job.id] = result
        end(job, .completed, .completed, .transcriptionCompleted, now)
        return fenced
    }

    /// See ``JobStore/fail(_:_:retryAt:at:)``.
    public mutating func fail(_ lease: Lease, _ failure: FailureReport, retryAt: Timestamp?, at now: Timestamp) -> Fenced {
        guard var job = held(lease) else { return .leaseLost }
        let fenced = answer(job)
        if failure.chargesAttempt { job.failures += 1 }
        job.errorCode = failure.code
        job.errorMessage = failure.message
        change(lease) {
            $0.errorCode = failure.code
            $0.errorMessage = failure.message
        }
        if job.cancelRequestedAt != nil {
            end(job, .canceled, .failed, .transcriptionCanceled, now)
        } else if let retryAt {
            putBack(job, .failed, .retrying, runAfter: retryAt, now)
        } else {
            job.failedAt = now
            end(job, .failed, .failed, .transcriptionFailed, now)
        }
        return fenced
    }

    /// See ``JobStore/cancel(_:at:)``.
    public mutating func cancel(_ lease: Lease, at now: Timestamp) -> Fenced {
        guard let job = held(lease) else { return .leaseLost }
        end(job, .canceled, .canceled, .transcriptionCanceled, now)
        return answer(job)
    }

    /// See ``JobStore/release(_:at:)``.
    public mutating func release(_ lease: Lease, at now: Timestamp) -> Fenced {
        guard let job = held(lease) else { return .leaseLost }
        interrupt(job, now)
        return answer(job)
    }

    /// See ``JobStore/recover(_:)``.
    public mutating func recover(_ request: RecoveryRequest) -> [RecoveredJob] {
        let lost = jobs.values.filter { isLost($0, request) }.sorted { $0.id.text < $1.id.text }
        return lost.map { job in
            var job = job
            let lease = Lease(job: job.id, attempt: job.attempt)
            job.crashes += 1
            if job.cancelRequestedAt == nil, job.crashes >= request.crashLimit {
                job.errorCode = .jobQuarantined
                job.failedAt = request.now
                end(job, .failed, .interrupted, .transcriptionFailed, request.now)
                return RecoveredJob(lease: lease, fate: .quarantined)
            }
            interrupt(job, request.now)
            return RecoveredJob(lease: lease, fate: job.cancelRequestedAt == nil ? .queued : .canceled)
        }
    }

    private func isLost(_ job: Transcription, _ request: RecoveryRequest) -> Bool {
        guard job.status == .processing else { return false }
        if let expiry = job.leaseExpiresAt, expiry <= request.now { return true }
        guard let owner = job.claimedBy, owner != request.instance else { return false }
        return instances[owner].map { $0.seenAt < request.deadBefore } ?? true
    }

    /// See ``JobStore/requestCancel(_:owner:at:)``.
    public mutating func requestCancel(_ id: TranscriptionID, owner: UserID, at now: Timestamp) -> CancelAnswer {
        guard var job = jobs[id], job.owner == owner else { return .notFound }
        guard !job.status.isTerminal else { return .alreadyTerminal(job.status) }
        job.cancelRequestedAt = job.cancelRequestedAt ?? now
        guard job.status == .processing else {
            end(job, .canceled, nil, .transcriptionCanceled, now)
            return .canceled
        }
        jobs[id] = job
        return .stopping(Lease(job: id, attempt: job.attempt))
    }

    /// Back to its place, or canceled when somebody asked for that.
    private mutating func interrupt(_ job: Transcription, _ now: Timestamp) {
        if job.cancelRequestedAt != nil {
            end(job, .canceled, .interrupted, .transcriptionCanceled, now)
        } else {
            putBack(job, .interrupted, .recovered, runAfter: job.runAfter, now)
        }
    }

    private mutating func putBack(
        _ job: Transcription,
        _ execution: Execution.Status,
        _ stage: JobStage,
        runAfter: Timestamp,
        _ now: Timestamp
    ) {
        var job = job
        change(Lease(job: job.id, attempt: job.attempt)) {
            $0.status = execution
            $0.failedAt = now
        }
        job.status = .queued
        job.stage = stage
        job.runAfter = runAfter
        job.claimedBy = nil
        job.leaseExpiresAt = nil
        job.updatedAt = now
        jobs[job.id] = job
        note(job, .transcriptionQueued, now)
    }

    private mutating func end(
        _ job: Transcription,
        _ status: JobStatus,
        _ execution: Execution.Status?,
        _ event: EventType,
        _ now: Timestamp
    ) {
        var job = job
        if let execution {
            change(Lease(job: job.id, attempt: job.attempt)) {
                $0.status = execution
                if execution == .completed { $0.completedAt = now } else { $0.failedAt = now }
            }
        }
        job.status = status
        job.stage = JobStage(rawValue: status.rawValue) ?? job.stage
        job.claimedBy = nil
        job.leaseExpiresAt = nil
        job.updatedAt = now
        jobs[job.id] = job
        pieces[job.id] = nil
        note(job, event, now)
    }

    private mutating func change(_ lease: Lease, _ body: (inout Execution) -> Void) {
        guard let index = executions.lastIndex(where: { $0.job == lease.job && $0.number == lease.attempt }) else { return }
        body(&executions[index])
    }

    private mutating func note(_ job: Transcription, _ type: EventType, _ now: Timestamp) {
        let sequence = Int64(events.count + 1)
        events.append(Event(sequence: sequence, owner: job.owner, subject: job.id.text, type: type, payload: "{}", at: now))
    }
}
