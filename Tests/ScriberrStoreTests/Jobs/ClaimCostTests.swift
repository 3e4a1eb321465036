import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite struct `The cost of a claim` {
    /// Every statement of a claim goes by an index, and none sorts.
    @Test(arguments: SchedulingPolicy.allCases, [nil, 2])
    func `does not depend on a scan or a sort`(_ policy: SchedulingPolicy, _ limit: Int?) async throws {
        try await JobStoreWorld.with(.sqliteFile) { world in
            let request = world.request(policy: policy, maxRunningPerOwner: limit)
            let plan = try await world.database.read { connection in
                let (sql, arguments) = JobSQL.claimStatement(request, limit: 1, dialect: .sqlite)
                return try connection.query("EXPLAIN QUERY PLAN " + sql, arguments).map { try $0.text("detail") }
            }
            let line =
                switch (policy, limit) {
                case (.fifo, nil): "INDEX transcriptions_line"
                case (.fifo, _): "INDEX queue_lanes_line"
                case (.fairShare, _): "INDEX queue_lanes_fair"
                }
            #expect(plan.contains { $0.contains(line) }, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(plan)")
            if limit != nil { #expect(plan.contains { $0.contains("INDEX transcriptions_running") }, "\(plan)") }
            // Walking an index in its order is called a scan too; a table without an index is what must not happen.
            #expect(!plan.contains { $0.hasPrefix("SCAN") && !$0.contains("INDEX") }, "\(plan)")
        }
    }

    @Test func `lets recovery, the next due time and lanes go by their indexes`() async throws {
        try await JobStoreWorld.with(.sqliteFile) { world in
            // The first claim by lanes makes their index.
            #expect(try await world.claim(policy: .fairShare).isEmpty)
            let statements = [
                "SELECT run_after FROM transcriptions WHERE status = 'queued' AND is_due = 0 ORDER BY run_after LIMIT 1":
                    "transcriptions_later",
                "SELECT count(*) AS jobs FROM transcriptions WHERE status = 'processing'": "transcriptions_running",
                JobSQL.abandonedStatement.replacing(/\$\d/, with: "1"): "transcriptions_running",
                """
                UPDATE transcriptions SET lease_expires_at = 1 WHERE status = 'processing'
                    AND (id, attempt) IN (VALUES ('a', 1), ('b', 2))
                """: "transcriptions_running",
                """
                SELECT id FROM transcriptions AS job WHERE job.owner = 1 AND job.priority = 0 AND job.status = 'queued'
                    AND job.is_due = 1 ORDER BY job.queued_at, job.created_at, job.id LIMIT 1
                """: "transcriptions_owner_line",
                "SELECT status, count(*) FROM transcriptions WHERE owner = 1 GROUP BY status": "transcriptions_updated",
            ]
            for (sql, index) in statements {
                let plan = try await world.database.read { connection in
                    try connection.query("EXPLAIN QUERY PLAN " + sql, []).map { try $0.text("detail") }
                }
                #expect(plan.contains { $0.contains(index) }, "\(sql): \(plan)")
            }
        }
    }

    /// Bounds the median loosely: a scan of these rows would cost a thousand times as much.
    @Test(arguments: SchedulingPolicy.allCases)
    func `is the same with a hundred thousand jobs waiting and as many finished`(_ policy: SchedulingPolicy) async throws {
        try await JobStoreWorld.with(.sqliteInline) { world in
            try await world.fill(500, status: "queued", from: 0)
            let few = try await world.medianClaim(policy)
            try await world.fill(100_000, status: "queued", from: 1_000)
            try await world.fill(100_000, status: "completed", from: 200_000)
            let many = try await world.medianClaim(policy)
            #expect(many < few * 20, "\(few) became \(many).")
        }
    }
}

extension JobStoreWorld {
    /// Adds finished or waiting rows by one statement.
    fileprivate func fill(_ count: Int, status: String, from first: Int) async throws {
        let (owner, now) = (owner, now)
        try await database.write { connection in
            try connection.execute(
                """
                WITH RECURSIVE numbers (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)
                INSERT INTO transcriptions (id, owner, file_id, blob_key, title, title_folded, status, options, priority,
                    queued_at, run_after, is_due, max_attempts, stage, created_at, updated_at)
                SELECT printf('tr_%09d', n), $3, 'file_1', '', '', '', $4, '{}', 0, $5, 0, 1, 3, 'queued', $6, 0 FROM numbers
                """,
                [.int(first), .int(first + count - 1), .id(owner), .text(status), .time(now), .time(now)]
            )
            // The lane learns of its first job as it does for a job that comes back.
            try connection.execute(
                """
                INSERT INTO queue_lanes (owner, priority, virtual_time, head_queued_at, head_created_at, head_id)
                SELECT owner, priority, 0, queued_at, created_at, id FROM transcriptions WHERE status = 'queued'
                ORDER BY queued_at, created_at, id LIMIT 1
                ON CONFLICT (owner, priority) DO NOTHING
                """,
                []
            )
        }
    }

    fileprivate func medianClaim(_ policy: SchedulingPolicy) async throws -> Duration {
        let request = request(policy: policy)
        let times = try await database.write { connection in
            try (0..<101).map { _ in
                try processorTime {
                    guard try JobSQL.claim(connection, request).jobs.count == 1 else { throw WorldError.nothingClaimed }
                }
            }
        }
        return times.sorted()[50]
    }
}
