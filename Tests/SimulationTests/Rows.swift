import ScriberrCore
import ScriberrStore

/// The part of a job's row that the rules speak of.
struct JobState: Hashable {
    var id: TranscriptionID
    var owner: UserID
    var status: JobStatus
    var priority: Int
    var queuedAt: Int64
    var createdAt: Int64
    var runAfter: Int64
    var attempt: Int
    var failures: Int
    var crashes: Int
    var maxAttempts: Int
    var claimedBy: InstanceID?
    var leaseExpiresAt: Int64?
    var isCancelRequested: Bool
    var progress: Double
    var stage: String

    static let statement = """
        SELECT id, owner, status, priority, queued_at, created_at, run_after, attempt, failures, crashes, max_attempts,
            claimed_by, lease_expires_at, cancel_requested_at, progress, stage FROM transcriptions
        """

    init(row: any SQLRow) throws {
        id = try row.id("id")
        owner = UserID(try row.integer("owner"))
        status = try row.choice("status")
        priority = try row.int("priority")
        queuedAt = try row.integer("queued_at")
        createdAt = try row.integer("created_at")
        runAfter = try row.integer("run_after")
        attempt = try row.int("attempt")
        failures = try row.int("failures")
        crashes = try row.int("crashes")
        maxAttempts = try row.int("max_attempts")
        claimedBy = try row.optionalText("claimed_by").map(InstanceID.init(trusted:))
        leaseExpiresAt = try row.optionalInteger("lease_expires_at")
        isCancelRequested = try row.optionalInteger("cancel_requested_at") != nil
        progress = try row.real("progress")
        stage = try row.text("stage")
    }

    /// The row without what a worker may change while it holds the job.
    var withoutWork: JobState {
        var copy = self
        copy.progress = 0
        copy.stage = ""
        copy.leaseExpiresAt = nil
        return copy
    }
}

/// What hangs on a job.
struct JobRemains {
    var executions: [(number: Int, status: String)] = []
    var transcripts = 0
    var pieces: [Int] = []

    init(_ connection: any SQLConnection, _ job: TranscriptionID) throws {
        let id: [SQLValue] = [.text(job.text)]
        executions = try connection.query("SELECT number, status FROM executions WHERE job = $1 ORDER BY number", id)
            .map { (try $0.int("number"), try $0.text("status")) }
        transcripts = try connection.query("SELECT count(*) AS n FROM transcripts WHERE job = $1", id).first?.int("n") ?? 0
        pieces = try connection.query("SELECT piece FROM checkpoints WHERE job = $1 ORDER BY piece", id)
            .map { try $0.int("piece") }
    }
}
