import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Synchronization
import Testing

@Suite struct `A turn` {
    @Test(arguments: JobStoreDriver.allCases)
    func `ends attempts and gives the next jobs`(_ driver: JobStoreDriver) async throws {
        try await JobStoreWorld.with(driver) { world in
            let (done, broken) = (try await world.running(1), try await world.running(2))
            let next = try await world.enqueue(8)
            let answers = TurnAnswers()
            world.store.start(
                Turn(
                    ends: [
                        answers.end(done, .complete(someResult), at: world.now),
                        answers.end(broken, .fail(someFailure, retryAt: nil), at: world.now),
                        answers.end(Lease(job: done.job, attempt: 9), .cancel, at: world.now),
                    ],
                    claim: answers.claim(world.request(2))
                )
            )
            #expect(await eventually { answers.isComplete })
            #expect(try answers.fenced.map { try $0.get() } == [.applied, .applied, .leaseLost])
            #expect(try answers.claimed.get().jobs.map(\.lease) == [Lease(job: next, attempt: 1)])
            #expect(try await world.job(done.job).status == .completed)
            #expect(try await world.job(broken.job).status == .failed)
            #expect(try await world.job(next).status == .processing)
        }
    }

    @Test func `is one commit on SQLite`() async throws {
        try await JobStoreWorld.with(.sqliteFile) { world in
            let lease = try await world.running()
            try await world.enqueue(8)
            let database = try #require(world.database as? SQLiteDatabase)
            let (before, answers) = (database.commitStatistics, TurnAnswers())
            world.store.start(
                Turn(ends: [answers.end(lease, .complete(someResult), at: world.now)], claim: answers.claim(world.request()))
            )
            #expect(await eventually { answers.isComplete })
            #expect(database.commitStatistics.commits == before.commits + 1)
            #expect(database.commitStatistics.writes == before.writes + 2)
        }
    }

    /// What the ends free is there for the claim.
    @Test(arguments: SchedulingPolicy.allCases)
    func `claims behind its ends`(_ policy: SchedulingPolicy) async throws {
        try await JobStoreWorld.with(.sqliteFile) { world in
            for number in 1...2 { try await world.enqueue(number) }
            let request = world.request(policy: policy, maxRunningPerOwner: 1)
            let first = try #require(try await world.store.claim(request).jobs.first)
            #expect(try await world.store.claim(request).jobs.isEmpty, "One at a time.")
            let answers = TurnAnswers()
            world.store.start(
                Turn(ends: [answers.end(first.lease, .complete(someResult), at: world.now)], claim: answers.claim(request))
            )
            #expect(await eventually { answers.isComplete })
            #expect(try answers.claimed.get().jobs.count == 1)
        }
    }

    @Test(arguments: [JobStoreDriver.sqliteFile, .sqliteInline], ["ABORT", "ROLLBACK"])
    func `keeps its ends when its claim fails`(_ driver: JobStoreDriver, _ how: String) async throws {
        try await JobStoreWorld.with(driver) { world in
            let lease = try await world.running()
            let next = try await world.enqueue(8)
            try await world.database.write {
                let refusal = "BEGIN SELECT RAISE(\(how), 'refused'); END"
                _ = try $0.execute("CREATE TRIGGER refusal BEFORE INSERT ON executions \(refusal)", [])
            }
            let answers = TurnAnswers()
            world.store.start(
                Turn(ends: [answers.end(lease, .complete(someResult), at: world.now)], claim: answers.claim(world.request()))
            )
            #expect(await eventually { answers.isComplete })
            #expect(try answers.fenced.map { try $0.get() } == [.applied])
            #expect(throws: ScriberrError.self) { try answers.claimed.get() }
            #expect(try await world.job(lease.job).status == .completed)
            #expect(try await world.eventTypes(lease.job).last == "transcription.completed")
            #expect(try await world.job(next).status == .queued)
            #expect(try await world.job(next).attempt == 0)
            #expect(try await world.executions(next).isEmpty)
        }
    }
}

/// Takes in what a turn is told.
private final class TurnAnswers: Sendable {
    private struct State {
        var asked = 0
        var fenced: [Int: Result<Fenced, any Error>] = [:]
        var claimed: Result<ClaimAnswer, any Error>?
    }

    private let state = Mutex(State())

    func end(_ lease: Lease, _ write: TerminalWrite, at now: Timestamp) -> AttemptEnd {
        let place = state.withLock { state in
            defer { state.asked += 1 }
            return state.asked
        }
        return AttemptEnd(lease: lease, write: write, at: now) { result in
            self.state.withLock { state in
                #expect(state.fenced.updateValue(result, forKey: place) == nil, "Once.")
            }
        }
    }

    func claim(_ request: ClaimRequest) -> TakenClaim {
        TakenClaim(request: request) { result in self.state.withLock { $0.claimed = result } }
    }

    var isComplete: Bool { state.withLock { $0.fenced.count == $0.asked && $0.claimed != nil } }
    var fenced: [Result<Fenced, any Error>] { state.withLock { state in state.fenced.sorted { $0.key < $1.key }.map(\.value) } }
    var claimed: Result<ClaimAnswer, any Error> {
        state.withLock { $0.claimed ?? .failure(ScriberrError(.internalError, "No answer.")) }
    }
}
