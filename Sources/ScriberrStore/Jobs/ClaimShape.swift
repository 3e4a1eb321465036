import ScriberrCore

/// The statements of a claim, which differ by its rules but not by its values. There are few, so each is put together once.
struct ClaimShape: Hashable {
    private let policy: SchedulingPolicy
    private let hasRoomLimit: Bool
    private let isSingle: Bool
    /// Whether jobs that name a model which the worker lacks are left to others.
    private let looksAtModels: Bool
    /// Whether jobs that ask for CUDA are left to others.
    private let leavesCUDA: Bool

    init(_ request: ClaimRequest, isSingle: Bool) {
        policy = request.policy
        hasRoomLimit = request.maxRunningPerOwner != nil
        self.isSingle = isSingle
        looksAtModels = request.offer?.models != nil
        leavesCUDA = request.offer?.hasCUDA == false
    }

    private init(policy: SchedulingPolicy, flags: Int) {
        self.policy = policy
        (hasRoomLimit, isSingle) = (flags & 1 != 0, flags & 2 != 0)
        (looksAtModels, leavesCUDA) = (flags & 4 != 0, flags & 8 != 0)
    }

    /// The arguments of ``look``.
    static func arguments(_ request: ClaimRequest, limit: Int) -> [SQLValue] {
        let room: [SQLValue] = request.maxRunningPerOwner.map { [.int($0)] } ?? []
        let models: [SQLValue] = request.offer?.models.map { [.text(ModelList.text($0))] } ?? []
        return room + models + [.int(limit)]
    }

    /// Gives jobs away and answers them. Arguments: instance, end of the lease, now twice, once more if it is guarded, those of
    /// ``look``. On SQLite it only finds them, for ``gift(_:)``, and its arguments are those of ``look`` alone.
    var claim: DialectText { Self.all[self]?.claim ?? DialectText(claimText) }

    /// Finds the first in line. Arguments: how many of one owner may run, if that is limited; the worker's models, if they
    /// matter; how many are wanted.
    var look: DialectText { Self.all[self]?.look ?? DialectText { lineText($0, firstArgument: 1, lock: "") } }

    /// Gives jobs away on PostgreSQL with all that goes with it: a transaction in one statement. Arguments: those of ``claim``.
    /// Answers at least one row; without an `id` nothing was given away.
    var wholeClaim: String { Self.wholes[self] ?? wholeText }

    private static let wholes: [ClaimShape: String] = {
        let shapes = (0..<8).map { ClaimShape(policy: .fifo, flags: 2 * $0) }
        return Dictionary(uniqueKeysWithValues: shapes.map { ($0, $0.wholeText) })
    }()

    private static let all: [ClaimShape: (claim: DialectText, look: DialectText)] = {
        var texts: [ClaimShape: (claim: DialectText, look: DialectText)] = [:]
        for policy in SchedulingPolicy.allCases {
            for flags in 0..<16 {
                let shape = ClaimShape(policy: policy, flags: flags)
                let look = DialectText { shape.lineText($0, firstArgument: 1, lock: "") }
                texts[shape] = (DialectText(shape.claimText), look)
            }
        }
        return texts
    }()

    // Lanes would have to look for their heads behind the claim, so that this is for when nobody keeps any. The update of none of
    // them holds the lock that whoever begins to keep them waits for.
    private var wholeText: String {
        let exec = "'\(ExecutionID.prefix)' || substr(id, \(TranscriptionID.prefix.count + 1)) || '-' || attempt"
        return """
            WITH taken AS (\(claimText(.postgres, guards: [Self.lanesKept]))),
            lanes AS (UPDATE queue_lanes SET owner = owner WHERE false),
            opened AS (
                INSERT INTO executions (job, number, id, status, started_at)
                SELECT id, attempt, \(exec), 'processing', $3 FROM taken
            ),
            \(EventHorizon.place),
            noted AS (
                INSERT INTO events (sequence, owner, subject, type, payload, at)
                SELECT \(EventHorizon.next), owner, id, '\(EventType.transcriptionProgress.rawValue)', '{"id":"' || id ||
                    '","status":"processing","progress":\(Transcription.progressAtClaim),"stage":"preparing"}', $3 FROM place, taken
            )
            SELECT later.run_after AS next_due, \(Self.lanesKept) AS lanes_kept, taken.*
            FROM (VALUES (1)) AS one LEFT JOIN (\(Self.nextDue)) AS later ON true LEFT JOIN taken ON true
            """
    }

    /// Whether lanes are kept, as a condition.
    static let lanesKept = "EXISTS (SELECT 1 FROM queue_clock WHERE lanes_kept = 1)"

    /// Finds when the next job that waits for its time becomes due.
    static let nextDue =
        "SELECT run_after FROM transcriptions WHERE status = 'queued' AND is_due = 0 ORDER BY run_after LIMIT 1"

    private func claimText(_ dialect: SQLDialect) -> String { claimText(dialect, guards: []) }

    private func claimText(_ dialect: SQLDialect, guards: [String]) -> String {
        if dialect == .sqlite { return findText }
        // Claims by lanes take turns.
        let lock = goesByLanes ? "" : " FOR UPDATE SKIP LOCKED"
        let line = lineText(dialect, firstArgument: 5, lock: lock, guards: guards)
        // As an array the line is walked once, whatever the planner thinks of joins. The status must not tempt it into an index of
        // all that waits.
        return """
            UPDATE transcriptions SET \(Self.changes(policy))
            WHERE id = ANY (ARRAY(\(line))) AND coalesce(status, '') = 'queued'
            RETURNING \(Transcription.claimedColumns), charge
            """
    }

    /// On SQLite: the first in line, with the values that a claim changes as they will be, and the places of their rows.
    private var findText: String {
        let line = lineText(.sqlite, firstArgument: 1, lock: "")
        let answer = "\(Transcription.columnsToClaim), \(Self.charge(policy)) AS charge, rowid AS place"
        guard goesByLanes else { return "SELECT \(answer)\(line.dropFirst("SELECT id".count))" }
        return "SELECT \(answer) FROM transcriptions WHERE id \(isSingle ? "=" : "IN") (\(line)) AND status = 'queued'"
    }

    /// Plain FIFO walks the line itself; the other rules go by lanes, whose heads are the only jobs that can be first.
    private func lineText(_ dialect: SQLDialect, firstArgument: Int, lock: String, guards: [String] = []) -> String {
        var next = firstArgument
        func argument() -> String {
            defer { next += 1 }
            return "$\(next)"
        }
        guard goesByLanes else {
            let watch = lock.isEmpty || !isGuarded(dialect) ? "" : guardText(argument)
            let bars = guards.map { " AND NOT \($0)" }.joined()
            let suits = watch + bars + suitText("transcriptions", dialect, argument)
            return """
                SELECT id FROM transcriptions WHERE status = 'queued' AND is_due = 1\(suits)
                ORDER BY priority DESC, queued_at, created_at, id LIMIT \(argument())\(lock)
                """
        }
        let order =
            switch policy {
            case .fifo: "lane.head_queued_at, lane.head_created_at, lane.head_id"
            case .fairShare: "lane.virtual_time, lane.head_queued_at, lane.owner"
            }
        var conditions = ""
        if hasRoomLimit {
            conditions += """
                 AND (SELECT count(*) FROM transcriptions AS busy WHERE busy.owner = lane.owner AND busy.status = 'processing')
                    < \(argument())
                """
        }
        let suits = suitText("head", dialect, argument)
        if !suits.isEmpty {
            conditions += " AND EXISTS (SELECT 1 FROM transcriptions AS head WHERE head.id = lane.head_id\(suits))"
        }
        return """
            SELECT lane.head_id FROM queue_lanes AS lane WHERE lane.head_id IS NOT NULL\(conditions)
            ORDER BY lane.priority DESC, \(order) LIMIT \(argument())\(lock)
            """
    }

    /// The condition that leaves to others what this worker cannot do.
    private func suitText(_ table: String, _ dialect: SQLDialect, _ argument: () -> String) -> String {
        var text = leavesCUDA ? " AND \(table).needs_cuda = 0" : ""
        if looksAtModels {
            let found = "\(dialect.find)(\(argument()), ',' || \(table).needs_model || ',') > 0"
            text += " AND (\(table).needs_model IS NULL OR \(found))"
        }
        return text
    }

    /// Whether the claim itself sees to it that the queue is not paused and that every job whose time has come is in its place. With
    /// SQLite looking first costs nothing.
    func isGuarded(_ dialect: SQLDialect) -> Bool { dialect == .postgres && !goesByLanes }

    private func guardText(_ argument: () -> String) -> String {
        """
         AND NOT EXISTS (SELECT 1 FROM queue_pause) AND NOT EXISTS (
            SELECT 1 FROM transcriptions AS later
            WHERE later.status = 'queued' AND later.is_due = 0 AND later.run_after <= \(argument())
        )
        """
    }

    /// Whether the first in line is found among the heads of lanes, one job at a time.
    var goesByLanes: Bool { policy == .fairShare || hasRoomLimit }
}
