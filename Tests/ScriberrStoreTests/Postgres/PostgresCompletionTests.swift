import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Completions at once on PostgreSQL` {
    @Test func `each hear of their own, and a bad one takes no other with it`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            for number in 0..<24 { try await world.enqueue(number, audioSeconds: 10) }
            let leases = try await world.claim(24).map(\.lease)
            try #require(leases.count == 24)
            let (released, canceled, written) = (leases[3], leases[7], leases[11])
            _ = try await world.store.release(released, at: world.now)
            _ = try await world.store.requestCancel(canceled.job, owner: world.owner, at: world.now)
            // What nobody expects there: the insertion for all of them fails.
            try await world.database.write {
                _ = try $0.execute(
                    "INSERT INTO transcripts (job, version, content, text, updated_at) VALUES ($1, 1, $2, 'old', 0)",
                    [.id(written.job), .blob([1])]
                )
            }
            let fates = try await completeAtOnce(world, leases)
            for (lease, fate) in fates {
                let expected: Fenced =
                    lease == released ? .leaseLost : lease == canceled ? .appliedButCancelRequested : .applied
                #expect(fate == expected, "\(lease)")
            }
            #expect(try await world.job(released.job).status == .queued)
            for lease in leases where lease != released {
                #expect(try await world.job(lease.job).status == .completed)
                #expect(try await world.executions(lease.job).map(\.status) == [.completed])
                #expect(try await world.eventTypes(lease.job).filter { $0 == "transcription.completed" }.count == 1)
                #expect(try await text(world, lease) == words(lease))
            }
            #expect(try await completeAtOnce(world, leases).values.allSatisfy { $0 == .leaseLost })
        }
    }

    @Test func `keep every byte of a result`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let lease = try await world.running()
            let result = JobResult(
                transcript: (0...255).map { UInt8($0) },
                text: #"a "quoted" \ {word}, NULL, é 👋 'and'"# + "\n",
                detectedLanguage: "NULL",
                warnings: [JobWarning(code: "X", message: #"{"\}"#)],
                engine: .init(provider: "", transcriptionModel: "m,n"),
                audioSeconds: 0.1
            )
            #expect(try await world.store.complete(lease, result, at: world.now) == .applied)
            let job = try await world.job(lease.job)
            #expect((job.detectedLanguage, job.warnings.map(\.message)) == ("NULL", [#"{"\}"#]))
            #expect((job.engine.provider, job.engine.transcriptionModel, job.audioSeconds) == ("", "m,n", 0.1))
            #expect(try await text(world, lease) == result.text)
            #expect(try await world.database.read { try TranscriptVersionSQL.content($0, lease.job) } == result.transcript)
        }
    }

    @Test func `are not refused for a speed of almost nothing`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            try await world.database.write {
                _ = try $0.execute(
                    "INSERT INTO queue_speed (model, seconds_per_audio_second, samples, updated_at) VALUES ('', $1, 1, 0)",
                    [.real(.leastNormalMagnitude)]
                )
            }
            let lease = try await world.running()
            let result = JobResult(transcript: [1], text: "", audioSeconds: 1)
            #expect(try await world.store.complete(lease, result, at: world.now) == .applied)
            // The long way, as a transaction of others goes.
            let next = try await world.running(2)
            #expect(try await world.database.write { try JobSQL.complete($0, next, result, at: world.now) } == .applied)
        }
    }

    private func completeAtOnce(_ world: JobStoreWorld, _ leases: [Lease]) async throws -> [Lease: Fenced] {
        try await withThrowingTaskGroup(of: (Lease, Fenced).self) { group in
            for lease in leases {
                group.addTask {
                    let result = JobResult(transcript: [2], text: words(lease), audioSeconds: 10)
                    return (lease, try await world.store.complete(lease, result, at: world.now))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func text(_ world: JobStoreWorld, _ lease: Lease) async throws -> String? {
        try await world.database.read {
            try $0.query("SELECT text FROM transcripts WHERE job = $1", [.id(lease.job)]).first?.text("text")
        }
    }
}

private func words(_ lease: Lease) -> String { "words of \(lease)" }
