import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Many claimers on PostgreSQL` {
    @Test(arguments: [(SchedulingPolicy.fifo, Int?.none), (.fifo, 2), (.fairShare, nil), (.fairShare, 1)])
    func `never get the same job, and never too many of one owner`(_ policy: SchedulingPolicy, _ limit: Int?) async throws {
        try await JobStoreWorld.with(.postgres) { world in
            for number in 0..<120 {
                try await world.enqueue(number, owner: number % 3 == 0 ? world.other : world.owner, audioSeconds: 10)
            }
            let request = world.request(2, policy: policy, maxRunningPerOwner: limit)
            let leases = try await withThrowingTaskGroup(of: [Lease].self) { group in
                for number in 1...6 { group.addTask { try await drain(world, number, request) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(leases.count == 120)
            #expect(Set(leases).count == 120)
            let ends = try await world.database.read {
                try $0.query("SELECT count(*) AS n FROM events WHERE type = 'transcription.completed'", []).first?.int("n")
            }
            #expect(ends == 120)
        }
    }

    @Test func `find every job although others enqueue, cancel and give back meanwhile`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let request = world.request(1, policy: .fairShare)
            // The first claim by lanes is what makes them kept.
            #expect(try await world.store.claim(request).jobs.isEmpty)
            async let enqueued: Void = {
                for number in 0..<80 {
                    let job = try await world.enqueue(number, owner: number % 2 == 0 ? world.owner : world.other)
                    guard number % 8 == 0 else { continue }
                    _ = try await world.store.requestCancel(job, owner: world.owner, at: world.now)
                }
            }()
            async let worked: Void = withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...3 {
                    group.addTask { [world] in
                        for round in 0..<60 {
                            for job in try await world.store.claim(request).jobs {
                                if round % 5 == number {
                                    _ = try await world.store.release(job.lease, at: world.now)
                                } else {
                                    _ = try await world.store.complete(job.lease, someResult, at: world.now)
                                }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            _ = try await (enqueued, worked)
            while case let jobs = try await world.store.claim(request).jobs, !jobs.isEmpty {
                for job in jobs { _ = try await world.store.complete(job.lease, someResult, at: world.now) }
            }
            let left = try await world.database.read {
                try $0.query("SELECT count(*) AS n FROM transcriptions WHERE status IN ('queued', 'processing')", []).first?.int(
                    "n"
                )
            }
            #expect(left == 0)
        }
    }

    /// Every statement of a claim goes by an index, and none sorts, however old the statistics are.
    @Test(arguments: SchedulingPolicy.allCases, [nil, 2])
    func `go by an index`(_ policy: SchedulingPolicy, _ limit: Int?) async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let request = world.request(policy: policy, maxRunningPerOwner: limit)
            let plan = try await world.database.write { connection in
                let (sql, arguments) = JobSQL.claimStatement(request, limit: 1, dialect: .postgres)
                return try connection.query("EXPLAIN " + sql, arguments).map { try $0.text("QUERY PLAN") }
            }
            let line =
                switch (policy, limit) {
                case (.fifo, nil): "transcriptions_line"
                case (.fifo, _): "queue_lanes_line"
                case (.fairShare, _): "queue_lanes_fair"
                }
            #expect(plan.contains { $0.contains(line) }, "\(plan.joined(separator: "\n"))")
            #expect(plan.contains { $0.contains("transcriptions_pkey") }, "\(plan.joined(separator: "\n"))")
            #expect(!plan.contains { $0.contains("Sort") || $0.contains("Seq Scan") }, "\(plan.joined(separator: "\n"))")
        }
    }

    @Test func `leave jobs to others that ask for what they do not have`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let plain = try await world.enqueue(1)
            let named = try await world.enqueue(2, options: TranscriptionOptions(model: "whisper-base"))
            let cuda = try await world.enqueue(3, options: TranscriptionOptions(device: "cuda"))
            func claimed(_ offer: WorkerOffer, _ policy: SchedulingPolicy) async throws -> [TranscriptionID] {
                var request = world.request(3, policy: policy)
                request.offer = offer
                let jobs = try await world.store.claim(request).jobs
                for job in jobs { _ = try await world.store.release(job.lease, at: world.now) }
                return jobs.map(\.lease.job)
            }
            #expect(try await claimed(WorkerOffer(models: ["tiny"], hasCUDA: false), .fifo) == [plain])
            #expect(try await claimed(WorkerOffer(models: ["tiny", "whisper-base"], hasCUDA: false), .fifo) == [plain, named])
            #expect(try await claimed(WorkerOffer(models: nil, hasCUDA: true), .fifo) == [plain, named, cuda])
            #expect(try await claimed(WorkerOffer(models: ["tiny"], hasCUDA: false), .fairShare) == [plain])
        }
    }
}

/// Claims and completes jobs until none is left. Answers what it got.
private func drain(_ world: JobStoreWorld, _ number: Int, _ request: ClaimRequest) async throws -> [Lease] {
    var request = request
    request.instance = InstanceID(trusted: "inst_\(number)")
    var leases: [Lease] = []
    var empty = 0
    while empty < 40 {
        let jobs = try await world.store.claim(request).jobs
        // Under a limit there may be work that others hold back.
        empty = jobs.isEmpty ? empty + 1 : 0
        if jobs.isEmpty { await Task.yield() }
        for job in jobs {
            leases.append(job.lease)
            if let limit = request.maxRunningPerOwner {
                let running = try await world.database.read {
                    try $0.query(
                        "SELECT count(*) AS n FROM transcriptions WHERE status = 'processing' AND owner = $1",
                        [.id(job.job.owner)]
                    ).first?.int("n") ?? 0
                }
                #expect(running <= limit)
            }
            let result = JobResult(transcript: Array("{}".utf8), text: "", audioSeconds: 10)
            #expect(try await world.store.complete(job.lease, result, at: world.now) == .applied)
        }
    }
    return leases
}
