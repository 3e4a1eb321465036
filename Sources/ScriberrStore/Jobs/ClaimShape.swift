import ScriberrCore

/// The statements of a claim, which differ by its rules but not by its values. There are few, so each is put together once.
struct ClaimShape: Hashable {
    private let policy: SchedulingPolicy
    private let hasRoomLimit: Bool
    private let isSingle: Bool

    init(_ request: ClaimRequest, isSingle: Bool) {
        self.init(policy: request.policy, hasRoomLimit: request.maxRunningPerOwner != nil, isSingle: isSingle)
    }

    private init(policy: SchedulingPolicy, hasRoomLimit: Bool, isSingle: Bool) {
        self.policy = policy
        self.hasRoomLimit = hasRoomLimit
        self.isSingle = isSingle
    }

    /// Gives jobs away. Arguments: instance, end of the lease, now twice, those of ``look``.
    var claim: DialectText { Self.all[self]?.claim ?? DialectText(claimText) }

    /// Finds the first in line. Arguments: how many of one owner may run, if that is limited; how many are wanted.
    var look: String { Self.all[self]?.look ?? lineText(firstArgument: 1, lock: "") }

    private static let all: [ClaimShape: (claim: DialectText, look: String)] = {
        var texts: [ClaimShape: (claim: DialectText, look: String)] = [:]
        for policy in SchedulingPolicy.allCases {
            for hasRoomLimit in [false, true] {
                for isSingle in [false, true] {
                    let shape = ClaimShape(policy: policy, hasRoomLimit: hasRoomLimit, isSingle: isSingle)
                    texts[shape] = (DialectText(shape.claimText), shape.lineText(firstArgument: 1, lock: ""))
                }
            }
        }
        return texts
    }()

    private func claimText(_ dialect: SQLDialect) -> String {
        let charge = policy == .fairShare ? "coalesce(audio_seconds, \(Lanes.unknownAudioSeconds)) + 1" : "0"
        let lock = dialect == .postgres ? (goesByLanes ? " FOR UPDATE" : " FOR UPDATE SKIP LOCKED") : ""
        // A list costs SQLite a table of its own.
        return """
            UPDATE transcriptions SET status = 'processing', attempt = attempt + 1, claimed_by = $1, lease_expires_at = $2,
                progress = 0.05, stage = 'preparing', error_code = NULL, error_message = NULL, charge = \(charge),
                started_at = $3, updated_at = $4
            WHERE id \(isSingle ? "=" : "IN") (\(lineText(firstArgument: 5, lock: lock))) AND status = 'queued'
            RETURNING \(Transcription.columns), charge
            """
    }

    /// Plain FIFO walks the line itself; the other rules go by lanes, whose heads are the only jobs that can be first.
    private func lineText(firstArgument: Int, lock: String) -> String {
        guard goesByLanes else {
            return """
                SELECT id FROM transcriptions WHERE status = 'queued' AND is_due = 1
                ORDER BY priority DESC, queued_at, created_at, id LIMIT $\(firstArgument)\(lock)
                """
        }
        let order =
            switch policy {
            case .fifo: "lane.head_queued_at, lane.head_created_at, lane.head_id"
            case .fairShare: "lane.virtual_time, lane.head_queued_at, lane.owner"
            }
        let room = """
            AND (SELECT count(*) FROM transcriptions AS busy WHERE busy.owner = lane.owner AND busy.status = 'processing')
                < $\(firstArgument)
            """
        return """
            SELECT lane.head_id FROM queue_lanes AS lane WHERE lane.head_id IS NOT NULL
            \(hasRoomLimit ? room : "")
            ORDER BY lane.priority DESC, \(order) LIMIT $\(hasRoomLimit ? firstArgument + 1 : firstArgument)\(lock)
            """
    }

    /// Whether the first in line is found among the heads of lanes, one job at a time.
    var goesByLanes: Bool { policy == .fairShare || hasRoomLimit }
}
