import ScriberrCore
import ScriberrStore
import ScriberrTestStores
import Synchronization
import Testing

/// PostgreSQL does without: its claims are told of after the commit.
private let drivers: [JobStoreDriver] = [.sqliteFile, .sqliteInline]

@Suite struct `A claim that stands with the store` {
    @Test(arguments: drivers)
    func `is made in the transaction that brings a job`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let claim = WaitingClaim()
            world.store.keep(claim)
            try await world.enqueue(1)
            #expect(claim.answers.isEmpty, "It wants nothing.")
            _ = try await world.claim()
            let commits = (world.database as? SQLiteDatabase)?.commitStatistics.commits
            claim.stand(world.request())
            let id = try await world.enqueue(2)
            #expect((world.database as? SQLiteDatabase)?.commitStatistics.commits == commits.map { $0 + 1 })
            let job = try #require(try claim.answers.first?.get().jobs.first)
            #expect(job.lease == Lease(job: id, attempt: 1))
            #expect(try await world.job(id) == job.job)
            #expect(job.job.leaseExpiresAt == world.now + .seconds(30))
            #expect(try await world.executions(id).map(\.status) == [.processing])
            #expect(
                try await world.eventTypes(id) == ["transcription.created", "transcription.queued", "transcription.progress"]
            )
            #expect(try await world.store.complete(job.lease, someResult, at: world.now) == .applied)
            try await world.enqueue(3)
            #expect(claim.answers.count == 1, "It is made once.")
        }
    }

    @Test(arguments: drivers)
    func `that fails leaves the job in the queue and nothing of its own`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let claim = WaitingClaim()
            world.store.keep(claim)
            // What is written last fails, after the row was given away.
            try await world.refuseExecutions("ABORT")
            claim.stand(world.request())
            let id = try await world.enqueue(1)
            #expect(throws: ScriberrError.self) { try claim.answers.first?.get() }
            #expect(try await world.job(id).status == .queued)
            #expect(try await world.job(id).attempt == 0)
            #expect(try await world.executions(id).isEmpty)
            #expect(try await world.eventTypes(id) == ["transcription.created", "transcription.queued"])
            try await world.allowExecutions()
            #expect(try await world.claim().map(\.lease.job) == [id])
        }
    }

    @Test func `that breaks the whole transaction is left out, and the job is put in without it`() async throws {
        try await JobStoreWorld.with(.sqliteFile) { world in
            let (first, second) = (WaitingClaim(), WaitingClaim())
            for claim in [first, second] { world.store.keep(claim) }
            try await world.refuseExecutions("ROLLBACK")
            for claim in [first, second] { claim.stand(world.request()) }
            let id = try await world.enqueue(1)
            #expect(throws: ScriberrError.self) { try first.answers.first?.get() }
            #expect(second.answers.isEmpty, "There is no transaction left for it.")
            #expect(try await world.job(id).status == .queued)
            #expect(try await world.eventTypes(id) == ["transcription.created", "transcription.queued"])
        }
    }

    @Test(arguments: drivers)
    func `gives nothing away when the commit fails`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let claim = WaitingClaim()
            world.store.keep(claim)
            claim.stand(world.request())
            let job = Transcription(
                id: TranscriptionID(trusted: "tr_1"),
                owner: world.owner,
                fileID: FileID(trusted: "file_1"),
                title: "Recording",
                options: TranscriptionOptions(),
                createdAt: world.now
            )
            await #expect(throws: ScriberrError.self) {
                try await world.database.write { connection in
                    try JobSQL.enqueue(connection, job, blobKey: "blob")
                    // Checked at the commit only, which it spoils.
                    try connection.execute("PRAGMA defer_foreign_keys = ON", [])
                    try connection.execute("INSERT INTO search_pending (job) VALUES ('tr_none')", [])
                }
            }
            #expect(claim.takes == 1)
            #expect(throws: ScriberrError.self) { try claim.answers.first?.get() }
            let found = try await world.database.read { try JobSQL.get($0, job.id) }
            #expect(found == nil)
            #expect(try await world.claim().isEmpty)
        }
    }

    /// The same jobs come in the same order; after each of them one is claimed, one way or the other.
    @Test(arguments: SchedulingPolicy.allCases, [nil, 2])
    func `goes by the same rules as any claim`(_ policy: SchedulingPolicy, _ limit: Int?) async throws {
        var orders: [[TranscriptionID]] = []
        for stands in [false, true] {
            try await JobStoreWorld.with(.sqliteFile) { world in
                let claim = WaitingClaim()
                world.store.keep(claim)
                for number in 1...4 { try await world.enqueue(number, audioSeconds: 600) }
                var order: [TranscriptionID] = []
                for number in 5...12 {
                    world.advance(by: .seconds(1))
                    let request = world.request(policy: policy, maxRunningPerOwner: limit)
                    if stands { claim.stand(request) }
                    let owner = number.isMultiple(of: 3) ? world.other : world.owner
                    try await world.enqueue(number, owner: owner, priority: number == 8 ? 1 : 0, audioSeconds: Double(number))
                    let jobs: [ClaimedJob]
                    if stands {
                        jobs = try #require(try claim.answers.last?.get().jobs)
                    } else {
                        jobs = try await world.store.claim(request).jobs
                    }
                    order += jobs.map(\.lease.job)
                    if number == 9, let lease = jobs.first?.lease { _ = try await world.store.release(lease, at: world.now) }
                }
                orders.append(order)
            }
        }
        #expect(orders[0] == orders[1])
        #expect(Set(orders[0]).count > 3)
    }

    @Test func `is forgotten with its owner`() async throws {
        try await JobStoreWorld.with(.sqliteFile) { world in
            weak var kept: WaitingClaim?
            do {
                let claim = WaitingClaim()
                claim.stand(world.request())
                world.store.keep(claim)
                kept = claim
            }
            #expect(kept == nil)
            let id = try await world.enqueue(1)
            #expect(try await world.job(id).status == .queued)
        }
    }
}

/// What a worker leaves, without a worker.
private final class WaitingClaim: StandingClaim {
    private struct State {
        var request: ClaimRequest?
        var takes = 0
        var answers: [Result<ClaimAnswer, any Error>] = []
    }

    private let state = Mutex(State())

    var takes: Int { state.withLock(\.takes) }
    var answers: [Result<ClaimAnswer, any Error>] { state.withLock(\.answers) }

    func stand(_ request: ClaimRequest) { state.withLock { $0.request = request } }

    func take() -> TakenClaim? {
        let request = state.withLock { state -> ClaimRequest? in
            defer { state.request = nil }
            if state.request != nil { state.takes += 1 }
            return state.request
        }
        return request.map { TakenClaim(request: $0) { answer in self.state.withLock { $0.answers.append(answer) } } }
    }
}

extension JobStoreWorld {
    fileprivate func refuseExecutions(_ how: String) async throws {
        try await database.write {
            _ = try $0.execute(
                "CREATE TRIGGER refusal BEFORE INSERT ON executions BEGIN SELECT RAISE(\(how), 'refused'); END",
                []
            )
        }
    }

    fileprivate func allowExecutions() async throws {
        try await database.write { _ = try $0.execute("DROP TRIGGER refusal", []) }
    }
}
