/// What the queue needs of a database. One conformance suite states the rules; every driver passes it.
///
/// All writes of a worker are fenced: they match (job, `processing`, attempt) and tell when nothing matched. Each transition
/// writes its event in the same transaction. No call sleeps or retries; the caller decides.
public protocol JobStore: Sendable {
    /// Registers this process, so that others can tell its jobs from those of a dead one.
    func register(_ instance: InstanceRecord) async throws
    /// Says that the process lives. Throws nothing special when the row is gone; it is written again.
    func heartbeat(_ instance: InstanceID, at now: Timestamp) async throws
    /// Removes the process; its remaining jobs are up for recovery at once.
    func unregister(_ instance: InstanceID) async throws

    /// Gives away up to ``ClaimRequest/count`` due jobs, each `processing` with its attempt raised by one, a lease and an
    /// execution row. An empty poll does not take the write lock.
    func claim(_ request: ClaimRequest) async throws -> ClaimAnswer
    /// Keeps a process's standing claim for as long as the claim itself lives. A store that can runs it in the transaction that puts a
    /// job into the queue, after everything else in it: by the same rules as ``claim(_:)``, and without harm to the rest when it fails.
    func keep(_ standing: any StandingClaim)
    /// Extends leases in one statement and tells which still hold.
    func renew(_ leases: [Lease], until expiry: Timestamp, at now: Timestamp) async throws -> [LeaseAnswer]
    /// Stores progress. Answers whether the lease still holds.
    func progress(_ lease: Lease, _ progress: ProgressReport, at now: Timestamp) async throws -> Fenced
    /// Stores which provider and model the attempt uses.
    func describe(_ lease: Lease, provider: String, model: String) async throws -> Fenced
    /// Keeps a finished piece of work, so that the next attempt need not do it again. A piece stored twice is replaced.
    func checkpoint(_ lease: Lease, _ checkpoint: Checkpoint, at now: Timestamp) async throws -> Fenced
    /// The pieces kept for a job under the given fingerprint, in order; pieces of other fingerprints are not returned.
    func checkpoints(_ job: TranscriptionID, step: String, fingerprint: String) async throws -> [Checkpoint]

    /// Ends the attempt with a result: job, execution, transcript and event in one transaction; checkpoints go.
    func complete(_ lease: Lease, _ result: JobResult, at now: Timestamp) async throws -> Fenced
    /// Ends the attempt with an error and either puts the job back for `retryAt` or, when that is nil, fails it for good.
    func fail(_ lease: Lease, _ failure: FailureReport, retryAt: Timestamp?, at now: Timestamp) async throws -> Fenced
    /// Ends the attempt because the job was canceled.
    func cancel(_ lease: Lease, at now: Timestamp) async throws -> Fenced
    /// Puts the job back at its old place without charging an attempt; the execution ends as interrupted.
    func release(_ lease: Lease, at now: Timestamp) async throws -> Fenced

    /// Puts back every job whose lease ended or whose process is dead: not seen since `deadBefore`, unregistered, or a named
    /// predecessor. Counts a crash on each; a job at `crashLimit` is failed with `JOB_QUARANTINED` instead.
    func recover(_ request: RecoveryRequest) async throws -> [RecoveredJob]

    /// Asks for a job to stop. A queued job ends at once; a running one is marked and its worker told by the next renewal or
    /// by the wake-up that follows the commit.
    func requestCancel(_ job: TranscriptionID, owner: UserID, at now: Timestamp) async throws -> CancelAnswer

    /// Starts what a turn asks for and waits for nothing; each part is answered by itself, on any thread, maybe before this returns. A
    /// store that can does all of it in one transaction, the claim last: one that fails takes no end along.
    func start(_ turn: Turn)
}

extension JobStore {
    /// Never runs it.
    public func keep(_ standing: any StandingClaim) {}
}

/// Whether a fenced write took effect.
public enum Fenced: Sendable, Hashable {
    /// It did.
    case applied
    /// It did, and somebody asked for the job to stop.
    case appliedButCancelRequested
    /// The lease is lost; nothing was written.
    case leaseLost
}

/// A process that runs jobs.
public struct InstanceRecord: Sendable, Hashable {
    /// The process.
    public var id: InstanceID
    /// The machine's name.
    public var host: String
    /// The process number on that machine.
    public var processID: Int
    /// The version of Scriberr that runs.
    public var version: String
    /// Names the place that only one process at a time can run from (host and data folder): whoever registers with the
    /// same text has outlived the ones before it.
    public var exclusiveSeat: String?
    /// How many jobs it runs at once.
    public var slots: Int
    /// Whether it serves the API too.
    public var role: Role
    /// What it can do; nil when it takes any job.
    public var offer: WorkerOffer?
    /// When it started.
    public var startedAt: Timestamp

    /// What a process is there for.
    public enum Role: String, Sendable, Hashable, Codable {
        /// API and workers.
        case server
        /// Workers alone.
        case worker
    }

    /// Makes a record.
    public init(
        id: InstanceID,
        host: String,
        processID: Int,
        version: String,
        exclusiveSeat: String?,
        slots: Int,
        role: Role = .server,
        offer: WorkerOffer? = nil,
        startedAt: Timestamp
    ) {
        self.role = role
        self.offer = offer
        self.id = id
        self.host = host
        self.processID = processID
        self.version = version
        self.exclusiveSeat = exclusiveSeat
        self.slots = slots
        self.startedAt = startedAt
    }
}

/// What a worker can do. Jobs that ask for something else are left to others.
public struct WorkerOffer: Sendable, Hashable {
    /// The models that it has; nil when it fetches what it lacks.
    public var models: [String]?
    /// Whether it has a CUDA device.
    public var hasCUDA: Bool

    /// Makes an offer.
    public init(models: [String]?, hasCUDA: Bool) {
        self.models = models
        self.hasCUDA = hasCUDA
    }
}

/// What a worker asks for.
public struct ClaimRequest: Sendable, Hashable {
    /// Who asks.
    public var instance: InstanceID
    /// How many jobs at most: never more than free slots.
    public var count: Int
    /// When the leases end unless renewed.
    public var leaseExpiresAt: Timestamp
    /// Which due job goes first.
    public var policy: SchedulingPolicy
    /// How many jobs of one owner may run at once; nil for no limit.
    public var maxRunningPerOwner: Int?
    /// What the worker can do; nil when it takes any job.
    public var offer: WorkerOffer?
    /// The present time.
    public var now: Timestamp

    /// Makes a request.
    public init(
        instance: InstanceID,
        count: Int,
        leaseExpiresAt: Timestamp,
        policy: SchedulingPolicy = .fifo,
        maxRunningPerOwner: Int? = nil,
        offer: WorkerOffer? = nil,
        now: Timestamp
    ) {
        self.offer = offer
        self.instance = instance
        self.count = count
        self.leaseExpiresAt = leaseExpiresAt
        self.policy = policy
        self.maxRunningPerOwner = maxRunningPerOwner
        self.now = now
    }
}

/// Which due job goes first. Priority bounds both: higher always before lower.
public enum SchedulingPolicy: String, Sendable, Codable, CaseIterable {
    /// Whoever waits longest: `queued_at, created_at, id`.
    case fifo
    /// The owner with the least stored virtual time in audio-seconds; within an owner, whoever waits longest.
    case fairShare = "fair_share"
}

/// What a claim gave.
public struct ClaimAnswer: Sendable, Hashable {
    /// The jobs, first the one that was first in line.
    public var jobs: [ClaimedJob]
    /// When the next job that waits for its time becomes due; nil when none does.
    public var nextDue: Timestamp?

    /// Makes an answer.
    public init(jobs: [ClaimedJob], nextDue: Timestamp?) {
        self.jobs = jobs
        self.nextDue = nextDue
    }
}

/// How one lease fared in a renewal.
public struct LeaseAnswer: Sendable, Hashable {
    /// The lease.
    public var lease: Lease
    /// Whether it still holds, and whether the job should stop.
    public var fenced: Fenced

    /// Makes an answer.
    public init(lease: Lease, fenced: Fenced) {
        self.lease = lease
        self.fenced = fenced
    }
}

/// How far a job is.
public struct ProgressReport: Sendable, Hashable {
    /// What it is doing.
    public var stage: JobStage
    /// 0 to 1. Never less than what was reported before within an attempt.
    public var progress: Double

    /// Makes a report.
    public init(stage: JobStage, progress: Double) {
        self.stage = stage
        self.progress = progress
    }
}

/// A finished piece of a step.
public struct Checkpoint: Sendable, Hashable {
    /// The step, such as `transcribe`.
    public var step: String
    /// The piece's number within the step, from 0.
    public var piece: Int
    /// Options and model that the piece was made with; a piece of another fingerprint is worthless.
    public var fingerprint: String
    /// The piece's result, opaque to the store.
    public var payload: [UInt8]
    /// The payload of the `transcription.segment` event to append in the same transaction, one JSON object; nil for none.
    public var announcement: String?

    /// Makes a checkpoint.
    public init(step: String, piece: Int, fingerprint: String, payload: [UInt8], announcement: String? = nil) {
        self.step = step
        self.piece = piece
        self.fingerprint = fingerprint
        self.payload = payload
        self.announcement = announcement
    }
}

/// Why an attempt failed, as far as clients may know.
public struct FailureReport: Sendable, Hashable {
    /// The stable code.
    public var code: ScriberrError.Code
    /// The sentence that goes with it.
    public var message: String
    /// Whether the attempt counts against ``Transcription/maxAttempts``.
    public var chargesAttempt: Bool

    /// Makes a report.
    public init(code: ScriberrError.Code, message: String, chargesAttempt: Bool = true) {
        self.code = code
        self.message = message
        self.chargesAttempt = chargesAttempt
    }
}

/// Which jobs to take back.
public struct RecoveryRequest: Sendable, Hashable {
    /// Who asks. Its own jobs are taken back only when their lease ended.
    public var instance: InstanceID
    /// Processes not seen since this time are dead.
    public var deadBefore: Timestamp
    /// A job with this many crashes is not tried again.
    public var crashLimit: Int
    /// The present time.
    public var now: Timestamp

    /// Makes a request.
    public init(instance: InstanceID, deadBefore: Timestamp, crashLimit: Int, now: Timestamp) {
        self.instance = instance
        self.deadBefore = deadBefore
        self.crashLimit = crashLimit
        self.now = now
    }
}

/// A job that was taken back.
public struct RecoveredJob: Sendable, Hashable {
    /// The lease that ended.
    public var lease: Lease
    /// What became of the job.
    public var fate: Fate

    /// Makes an answer.
    public init(lease: Lease, fate: Fate) {
        self.lease = lease
        self.fate = fate
    }

    /// What can become of a job that was taken back.
    public enum Fate: Sendable, Hashable {
        /// It waits again at its old place.
        case queued
        /// It was failed with `JOB_QUARANTINED`.
        case quarantined
        /// Somebody had asked for it to stop, so it did.
        case canceled
    }
}

/// How a request to stop was answered.
public enum CancelAnswer: Sendable, Hashable {
    /// The job was waiting and has ended.
    case canceled
    /// The job is running under this lease and has been marked; it ends soon.
    case stopping(Lease)
    /// The job had already ended.
    case alreadyTerminal(JobStatus)
    /// There is no such job of this owner.
    case notFound
}
