import ScriberrCore
import Synchronization

/// Which transitions of jobs share transactions on PostgreSQL, and how.
final class JobRounds: Sendable {
    private let enqueues: PostgresRounds<NewlyQueued, Void>
    private let claims: PostgresRounds<ClaimRequest, JobSQL.WholeClaim>
    private let completions: PostgresRounds<Completion, Fenced>
    /// What goes in one statement does without lanes. Once they are kept they are for good.
    private let areLanesKept: LanesFlag

    private final class LanesFlag: Sendable {
        let isSet = Atomic(false)
    }

    init(_ database: PostgresDatabase) {
        let flag = LanesFlag()
        areLanesKept = flag
        let crowd = PostgresCrowd()
        enqueues = PostgresRounds(database, crowd, Self.enqueuing(database, flag))
        claims = PostgresRounds(database, crowd, Self.claiming(database))
        completions = PostgresRounds(database, crowd, Self.completing(database))
    }

    /// A job whose time has come.
    func enqueue(_ job: NewlyQueued) async throws { try await enqueues.answer(job) }

    /// By plain FIFO. Nil for a claim that has to go the long way; nothing was claimed then.
    func claim(_ request: ClaimRequest) async throws -> ClaimAnswer? {
        guard !areLanesKept.isSet.load(ordering: .relaxed) else { return nil }
        switch try await claims.answer(request) {
        case .answer(let answer): return answer
        case .isDue: return nil
        case .lanesAreKept:
            areLanesKept.isSet.store(true, ordering: .relaxed)
            return nil
        }
    }

    /// One that is plain.
    func complete(_ completion: Completion) async throws -> Fenced { try await completions.answer(completion) }

    private static func enqueuing(_ database: PostgresDatabase, _ flag: LanesFlag) -> PostgresRounds<NewlyQueued, Void>.Rules {
        .init(
            goesWith: { _, _ in true },
            together: { connection, jobs in
                let isDone = flag.isSet.load(ordering: .relaxed) ? false : try JobSQL.enqueueWhole(connection, jobs)
                if !isDone { flag.isSet.store(true, ordering: .relaxed) }
                return jobs.map { _ in isDone ? () : nil }
            },
            alone: { job in try await database.write { try job.enqueue($0) } }
        )
    }

    private static func claiming(_ database: PostgresDatabase) -> PostgresRounds<ClaimRequest, JobSQL.WholeClaim>.Rules {
        .init(
            roundsMax: 1,
            goesWith: { $0.isAlike($1[0]) },
            together: { try JobSQL.claimWhole($0, $1) },
            alone: { request in try await database.write { try JobSQL.claimWhole($0, [request]).first ?? .isDue } }
        )
    }

    /// The speed is a running average, which can do without most samples of jobs that take no time.
    private static let speedInterval = Duration.milliseconds(200)

    private static func completing(_ database: PostgresDatabase) -> PostgresRounds<Completion, Fenced>.Rules {
        let notedAt = Mutex(ContinuousClock.Instant?.none)
        return .init(
            // One lease twice would be answered once.
            goesWith: { next, others in !others.contains { $0.lease == next.lease } },
            together: { connection, completions in
                let isDue = notedAt.withLock { last in
                    let now = ContinuousClock.now
                    if let last, now - last < speedInterval { return false }
                    last = now
                    return true
                }
                return try JobSQL.completeWhole(connection, completions, notesSpeed: isDue)
            },
            alone: { each in try await database.write { try JobSQL.complete($0, each.lease, each.result, at: each.at) } }
        )
    }
}

extension ClaimRequest {
    /// Whether both are of one process and take the same jobs.
    fileprivate func isAlike(_ other: ClaimRequest) -> Bool {
        instance == other.instance && policy == other.policy && maxRunningPerOwner == other.maxRunningPerOwner
            && offer == other.offer
    }
}
