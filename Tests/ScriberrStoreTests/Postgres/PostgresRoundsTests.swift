import ScriberrCore
import ScriberrStore
import ScriberrTestSupport
import Testing

/// Calls of one process that share transactions.
@Suite(.enabled(if: TestPostgres.address != nil, "\(TestPostgres.reason)"))
struct `Calls at once on PostgreSQL` {
    @Test func `put in every job with one event each, and a bad one takes no other with it`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let store = SQLJobStore(database: world.database)
            let jobs = (0..<40).map { number in newJob(world, number) }
            let twin = jobs[17]
            try await world.database.write { try JobSQL.enqueue($0, twin, blobKey: "first") }
            let failures = try await withThrowingTaskGroup(of: TranscriptionID?.self) { group in
                for job in jobs {
                    group.addTask {
                        do {
                            try await store.enqueue(job, blobKey: "blob \(job.title)")
                            return nil
                        } catch is ScriberrError {
                            return job.id
                        }
                    }
                }
                return try await group.reduce(into: [TranscriptionID]()) { found, id in if let id { found.append(id) } }
            }
            #expect(failures == [twin.id])
            for job in jobs {
                let stored = try await world.job(job.id)
                #expect((stored.status, stored.title, stored.options.model) == (.queued, job.title, job.options.model))
                #expect((stored.owner, stored.audioSeconds, stored.priority) == (job.owner, job.audioSeconds, job.priority))
                #expect(try await world.eventTypes(job.id) == ["transcription.created", "transcription.queued"])
            }
            // In their order, as if each had been put in by itself.
            let order = try await world.claim(40).map(\.lease.job)
            let expected = jobs.sorted { one, other in
                if one.priority != other.priority { return one.priority > other.priority }
                return one.id.text < other.id.text
            }
            #expect(order == expected.map(\.id))
        }
    }

    @Test func `give each its own jobs, none twice and none too many`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let store = SQLJobStore(database: world.database)
            for number in 0..<50 { try await world.enqueue(number) }
            let answers = try await withThrowingTaskGroup(of: (asked: Int, jobs: [ClaimedJob]).self) { group in
                for number in 0..<24 {
                    let request = world.request(1 + number % 3)
                    group.addTask { (request.count, try await store.claim(request).jobs) }
                }
                return try await group.reduce(into: [(asked: Int, jobs: [ClaimedJob])]()) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.jobs.count <= $0.asked })
            let leases = answers.flatMap(\.jobs).map(\.lease)
            // 48 were asked for.
            #expect(leases.count == 48 && Set(leases).count == 48)
            for job in answers.flatMap(\.jobs) {
                #expect(job.lease.attempt == 1 && job.job.status == .processing)
                #expect(try await world.executions(job.lease.job).map(\.status) == [.processing])
            }
        }
    }

    @Test func `keep lanes once they are kept`() async throws {
        try await JobStoreWorld.with(.postgres) { world in
            let store = SQLJobStore(database: world.database)
            try await store.enqueue(newJob(world, 0), blobKey: "blob")
            // The first claim by lanes is what makes them kept; this store has not heard of it.
            #expect(try await world.store.claim(world.request(1, policy: .fairShare)).jobs.count == 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...12 { group.addTask { try await store.enqueue(newJob(world, number), blobKey: "blob") } }
                try await group.waitForAll()
            }
            #expect(try await world.store.claim(world.request(20, policy: .fairShare)).jobs.count == 12)
        }
    }
}

private func newJob(_ world: JobStoreWorld, _ number: Int) -> Transcription {
    Transcription(
        id: .make(),
        owner: number % 3 == 0 ? world.other : world.owner,
        fileID: .make(),
        title: #"Part "\#(number)" of \ {many}, NULL"#,
        options: TranscriptionOptions(model: number % 2 == 0 ? "whisper-base" : nil),
        priority: number % 4,
        audioSeconds: number % 5 == 0 ? nil : Double(number),
        createdAt: world.now
    )
}
