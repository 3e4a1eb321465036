package import ScriberrCore

/// Where a waiting job stands, and why it does not run.
package struct JobPlace: Sendable, Hashable {
    /// How many due jobs go before it, by the policy that holds.
    package var ahead: Int
    /// How long it will wait, from the measured speed; nil before the first job was measured or while nobody works.
    package var wait: Duration?
    /// Why it does not run yet.
    package var reason: Reason

    /// Why a job waits.
    package enum Reason: Sendable, Hashable {
        /// It is to be tried again, but not before this time.
        case notBefore(Timestamp)
        /// No process is there that runs jobs.
        case noWorker
        /// No worker has the model that it names.
        case noWorkerWithModel
        /// No worker has the CUDA device that it asks for.
        case noWorkerWithCUDA
        /// Its owner already has as many running jobs as allowed.
        case ownerAtLimit
        /// Others go first, or every worker is busy.
        case inLine
        /// It is about to be taken.
        case next
    }
}

/// The rules under which a place is told: those that workers claim by.
package struct LineRules: Sendable, Hashable {
    /// Which due job goes first.
    package var policy: SchedulingPolicy
    /// How many jobs of one owner may run at once.
    package var maxRunningPerOwner: Int?
    /// Processes not seen since this time do not count as workers.
    package var deadBefore: Timestamp
    /// The present time.
    package var now: Timestamp

    package init(policy: SchedulingPolicy = .fifo, maxRunningPerOwner: Int? = nil, deadBefore: Timestamp, now: Timestamp) {
        self.policy = policy
        self.maxRunningPerOwner = maxRunningPerOwner
        self.deadBefore = deadBefore
        self.now = now
    }
}

extension JobSQL {
    /// Where a job stands in line; nil when it does not wait.
    package static func place(_ connection: any SQLConnection, of job: Transcription, _ rules: LineRules) throws -> JobPlace? {
        guard job.status == .queued else { return nil }
        let crew = try Crew(connection, rules)
        var work = try crew.remainingWork(connection, rules)
        var ahead = try higher(connection, job)
        switch rules.policy {
        case .fifo: ahead += try before(connection, job)
        case .fairShare: ahead += try fairShareBefore(connection, job)
        }
        work += ahead.audioSeconds * (crew.speed ?? 0)
        let isNext = ahead.jobs < crew.slots - crew.running
        var wait: Duration? = crew.slots == 0 || crew.speed == nil ? nil : .seconds(work / Double(crew.slots))
        if isNext { wait = .zero }
        var reason: JobPlace.Reason = isNext ? .next : .inLine
        if let limit = rules.maxRunningPerOwner, try running(connection, job.owner) >= limit { reason = .ownerAtLimit }
        if crew.slots == 0 {
            reason = .noWorker
        } else if let missing = try missing(connection, job, rules) {
            (reason, wait) = (missing, nil)
        }
        if job.runAfter > rules.now {
            reason = .notBefore(job.runAfter)
            wait = wait.map { max($0, job.runAfter - rules.now) }
        }
        return JobPlace(ahead: ahead.jobs, wait: wait, reason: reason)
    }

    /// What no worker has that the job asks for.
    private static func missing(
        _ connection: any SQLConnection,
        _ job: Transcription,
        _ rules: LineRules
    ) throws -> JobPlace.Reason? {
        let cuda = job.options.device == "cuda"
        func canRun(model: String?) throws -> Bool {
            try InstanceSQL.canRun(connection, model: model, cuda: cuda, seenSince: rules.deadBefore)
        }
        guard cuda || job.options.model != nil, try !canRun(model: job.options.model) else { return nil }
        return try cuda && !canRun(model: nil) ? .noWorkerWithCUDA : .noWorkerWithModel
    }

    private static func higher(_ connection: any SQLConnection, _ job: Transcription) throws -> Ahead {
        try Ahead(
            connection.query(
                """
                SELECT count(*) AS jobs, sum(coalesce(audio_seconds, \(Lanes.unknownAudioSeconds))) AS audio
                FROM transcriptions WHERE status = 'queued' AND is_due = 1 AND priority > $1
                """,
                [.int(job.priority)]
            )
        )
    }

    private static func before(_ connection: any SQLConnection, _ job: Transcription, owner: UserID? = nil) throws -> Ahead {
        let arguments: [SQLValue] = [.int(job.priority), .time(job.queuedAt), .time(job.createdAt), .id(job.id)]
        return try Ahead(
            connection.query(
                """
                SELECT count(*) AS jobs, sum(coalesce(audio_seconds, \(Lanes.unknownAudioSeconds))) AS audio
                FROM transcriptions WHERE status = 'queued' AND is_due = 1 AND priority = $1
                    AND (queued_at, created_at, id) < ($2, $3, $4) \(owner == nil ? "" : "AND owner = $5")
                """,
                arguments + (owner.map { [.id($0)] } ?? [])
            )
        )
    }

    /// What others get before this job's turn: each lane is served until its virtual time passes that of this job.
    private static func fairShareBefore(_ connection: any SQLConnection, _ job: Transcription) throws -> Ahead {
        var ahead = try before(connection, job, owner: job.owner)
        let mine =
            try connection.query(
                "SELECT virtual_time FROM queue_lanes WHERE owner = $1 AND priority = $2",
                [.id(job.owner), .int(job.priority)]
            ).first?.real("virtual_time") ?? 0
        let turn = mine + ahead.audioSeconds + Double(ahead.jobs)
        let lanes = try connection.query(
            """
            SELECT owner, virtual_time FROM queue_lanes WHERE head_id IS NOT NULL AND priority = $1 AND virtual_time < $2
                AND owner <> $3 ORDER BY virtual_time LIMIT \(lanesMax)
            """,
            [.int(job.priority), .real(turn), .id(job.owner)]
        )
        for lane in lanes {
            let share = turn - (try lane.real("virtual_time"))
            ahead += try served(connection, owner: try lane.user("owner"), priority: job.priority, within: share)
        }
        return ahead
    }

    private static func served(
        _ connection: any SQLConnection,
        owner: UserID,
        priority: Int,
        within share: Double
    ) throws -> Ahead {
        var (ahead, spent) = (Ahead(), 0.0)
        let rows = try connection.query(
            """
            SELECT coalesce(audio_seconds, \(Lanes.unknownAudioSeconds)) AS audio FROM transcriptions
            WHERE owner = $1 AND priority = $2 AND status = 'queued' AND is_due = 1
            ORDER BY queued_at, created_at, id LIMIT \(jobsPerLaneMax)
            """,
            [.id(owner), .int(priority)]
        )
        for row in rows where spent < share {
            let audio = try row.real("audio")
            ahead += Ahead(jobs: 1, audioSeconds: audio)
            spent += audio + 1
        }
        return ahead
    }

    private static func running(_ connection: any SQLConnection, _ owner: UserID) throws -> Int {
        try connection.query(
            "SELECT count(*) AS jobs FROM transcriptions WHERE owner = $1 AND status = 'processing'",
            [.id(owner)]
        ).first?.int("jobs") ?? 0
    }
}

/// A place told for someone in a very long line is an estimate anyway; these keep it from costing more than it is worth.
private let lanesMax = 500
private let jobsPerLaneMax = 200

/// Work that goes first.
private struct Ahead {
    var jobs = 0
    var audioSeconds = 0.0

    init(jobs: Int = 0, audioSeconds: Double = 0) { (self.jobs, self.audioSeconds) = (jobs, audioSeconds) }

    init(_ rows: [any SQLRow]) throws {
        jobs = try rows.first?.int("jobs") ?? 0
        audioSeconds = try rows.first?.optionalReal("audio") ?? 0
    }

    static func += (a: inout Ahead, b: Ahead) {
        a.jobs += b.jobs
        a.audioSeconds += b.audioSeconds
    }
}

/// Who works, and how fast.
private struct Crew {
    var slots: Int
    var running: Int
    var speed: Double?

    init(_ connection: any SQLConnection, _ rules: LineRules) throws {
        slots =
            try connection.query(
                "SELECT coalesce(sum(slots), 0) AS slots FROM instances WHERE seen_at >= $1",
                [.time(rules.deadBefore)]
            ).first?.int("slots") ?? 0
        running =
            try connection.query("SELECT count(*) AS jobs FROM transcriptions WHERE status = 'processing'", [])
            .first?.int("jobs") ?? 0
        speed = try Speed.secondsPerAudioSecond(connection, model: nil)
    }

    /// Seconds of work left in the jobs that run.
    func remainingWork(_ connection: any SQLConnection, _ rules: LineRules) throws -> Double {
        guard let speed else { return 0 }
        let rows = try connection.query(
            """
            SELECT started_at, coalesce(audio_seconds, \(Lanes.unknownAudioSeconds)) AS audio FROM transcriptions
            WHERE status = 'processing'
            """,
            []
        )
        return try rows.reduce(0) { sum, row in
            let elapsed = (rules.now - (try row.time("started_at"))).inSeconds
            return sum + max(0, try row.real("audio") * speed - elapsed)
        }
    }
}
